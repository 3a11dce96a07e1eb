"""How Lena was told of an assumed session stands with the session: the mail, and the notice on her dashboard."""

import pytest
from django.utils import timezone

from impersonation.notices import Notice
from tests.support.assumed import log_in_as
from tests.support.ledger import events_in_file, facts, page_of
from tests.support.permission_setup import set_company

pytestmark = pytest.mark.django_db


def said(lena):
    [session] = facts(page_of(lena))
    return session.partition(" Notice ")[2]


def test_each_state_of_the_mail_and_of_the_notice_has_its_sentence(client, sam, lena):
    log_in_as(client, sam, lena)
    at = timezone.now().replace(year=2026, month=3, day=5, hour=12, minute=30)
    waiting, unseen = "A mail to you is waiting to be sent.", "Your dashboard says so until you have seen it."
    assert said(lena) == f"{waiting} {unseen}"
    Notice.objects.update(sent_at=at)
    assert said(lena) == f"You were told by email on 5 Mar 2026, 13:30. {unseen}", "in her time zone"
    Notice.objects.update(sent_at=None, given_up_at=at, seen_at=at)
    assert said(lena) == (
        "The mail to you could not be delivered. Your dashboard said so until you had seen it, on 5 Mar 2026, 13:30."
    )
    [start] = [event for event in events_in_file(lena) if event["kind"] == "assumed_session.started"]
    assert " ".join(start["told"]) == said(lena)


def test_without_notices_nobody_was_told(client, sam, lena):
    set_company(notice="none")
    log_in_as(client, sam, lena)
    assert said(lena) == "No notice was sent"


def test_a_notice_to_somebody_else_is_not_hers(client, sam, lena, max_):
    log_in_as(client, sam, lena)
    Notice.objects.update(recipient=max_)
    assert said(lena) == "No notice was sent"
