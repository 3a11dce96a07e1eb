"""The reason of a session on its own page, in the form that changes its mode, and the actor's last ticket."""

import pytest
from django.urls import reverse

from audit.models import AuditText
from impersonation.reasons import last_ticket_of, reason_of
from tests.support.assumed import GOOD_REASON, log_in_as, sign_in
from tests.support.tickets import SUP_7, ticket_rules_of_company
from tests.support.valid_html import what_is_wrong

pytestmark = pytest.mark.django_db


def text_of(response):
    return response.content.decode().replace("&#x27;", "'")


def test_the_page_of_the_session_says_reason_ticket_and_time(client, sam, lena):
    ticket_rules_of_company()
    session = log_in_as(client, sam, lena)
    text = text_of(client.get(reverse("assumed_session")))
    assert GOOD_REASON in text
    assert f'href="{SUP_7}"' in text
    assert f'datetime="{session.started_at:%Y-%m-%d}' in text
    assert "Keep open" in text


def test_a_reason_that_was_erased_is_said_to_be_erased(client, sam, lena, monkeypatch):
    log_in_as(client, sam, lena)
    monkeypatch.setattr("impersonation.reasons.reasons", AuditText.objects.none)
    text = text_of(client.get(reverse("assumed_session")))
    assert "<dd>erased</dd>" in text
    assert "SUP-7" not in text


def test_without_a_session_the_page_says_so_and_reads_no_reason(client, sam):
    sign_in(client, sam)
    assert "No assumed session is open." in text_of(client.get(reverse("assumed_session")))


def test_acting_begins_with_the_reason_of_the_start(client, sam, lena):
    log_in_as(client, sam, lena, mode="look_only")
    assert client.get(reverse("assumed_session_mode")).context["form"]["text"].value() == GOOD_REASON


def test_the_reason_is_that_of_this_session(client, sam, lena, max_, django_assert_num_queries):
    log_in_as(client, sam, max_, text="Max can't find Latte art night", ticket="SUP-9")
    client.post(reverse("assumed_session_exit"))
    session = log_in_as(client, sam, lena)
    with django_assert_num_queries(1):
        assert reason_of(session)["text"] == GOOD_REASON
    with django_assert_num_queries(1):
        assert last_ticket_of(sam) == "SUP-7"


def test_the_last_ticket_is_offered_to_its_actor_alone(client, sam, rita, lena, max_):
    log_in_as(client, sam, max_)
    client.post(reverse("assumed_session_exit"))
    sign_in(client, sam)
    page = text_of(client.get(reverse("login_as", args=[lena.pk])))
    assert '<option value="SUP-7">' in page
    assert what_is_wrong(page) == []
    client.logout()
    sign_in(client, rita)
    assert "last-ticket" not in text_of(client.get(reverse("login_as", args=[lena.pk])))
    assert last_ticket_of(rita) == ""
