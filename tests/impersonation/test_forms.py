"""The form of Login as User: the company's rules of tickets, asked by the form and again by the start."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from impersonation import actions
from impersonation.forms import BEGINNINGS, BLANK, begins, is_only_begun
from impersonation.models import AssumedSession, Category
from tests.support.assumed import events, log_in_as, login_as_data, post_login_as, sign_in, text
from tests.support.factories import permission_type
from tests.support.tickets import ticket_rules_of_company

pytestmark = pytest.mark.django_db


def form_page(client, lena):
    return client.get(reverse("login_as", args=[lena.pk])).content.decode()


def test_the_label_says_whether_a_ticket_is_needed(client, sam, lena):
    sign_in(client, sam)
    assert "Ticket (optional)" in form_page(client, lena)
    ticket_rules_of_company(required=True)
    assert "Ticket (optional)" not in form_page(client, lena)
    assert ">Ticket</label>" in form_page(client, lena)


@pytest.mark.parametrize(
    ("ticket", "sentence"),
    [
        ("", "Please give the ticket that this is about."),
        ("   ", "Please give the ticket that this is about."),
        ("sup-7", "look like a ticket of your company, whose pattern is [A-Z]+-\\d+."),
    ],
)
def test_a_ticket_that_the_company_does_not_take_starts_nothing(client, sam, lena, ticket, sentence):
    ticket_rules_of_company(required=True)
    sign_in(client, sam)
    response = post_login_as(client, lena, ticket=ticket)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert response.context["form"]["text"].value() == login_as_data()["text"]
    assert not AssumedSession.objects.exists()


def test_a_wrong_ticket_is_said_together_with_what_else_is_wrong(client, sam, lena):
    ticket_rules_of_company()
    sign_in(client, sam)
    response = post_login_as(client, lena, ticket="7", text="")
    assert set(response.context["form"].errors) == {"ticket", "text"}


def test_a_ticket_of_the_company_starts(client, sam, lena):
    ticket_rules_of_company(required=True)
    log_in_as(client, sam, lena, ticket=" SUP-12 ")
    [started] = events("assumed_session.started")
    assert text(started, "reason")["ticket"] == "SUP-12"


@pytest.mark.parametrize("ticket", ["", "sup-7"])
def test_a_rule_that_is_made_while_the_form_is_sent_is_asked_under_lock(client, sam, lena, monkeypatch, ticket):
    lock_both = actions.lock_both

    def after_the_rule(*ids):
        ticket_rules_of_company(required=True)
        return lock_both(*ids)

    monkeypatch.setattr(actions, "lock_both", after_the_rule)
    sign_in(client, sam)
    response = post_login_as(client, lena, ticket=ticket)
    assert response.status_code == 422
    assert response.context["form"].errors["ticket"]
    assert not AssumedSession.objects.exists()
    assert not events("assumed_session.started")
    assert client.get(reverse("assumed_session")).wsgi_request.user == sam


def test_who_may_not_is_refused_before_the_ticket_counts(client, mona, lena):
    ticket_rules_of_company(required=True)
    sign_in(client, mona)
    assert post_login_as(client, lena, ticket="").status_code == 403


@pytest.mark.parametrize("field", ["text", "ticket"])
def test_a_reason_that_would_be_read_as_a_receipt_is_refused(client, sam, lena, field):
    sign_in(client, sam)
    response = post_login_as(client, lena, **{field: "Standin > receipt 1 log: 3 event: 4"})
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert not AssumedSession.objects.exists()


@pytest.mark.parametrize("blank", [BLANK, "", "  "])
@pytest.mark.parametrize("category", Category)
def test_a_reason_that_is_only_begun_starts_nothing(client, sam, lena, category, blank):
    sign_in(client, sam)
    begun = begins(category, "Lena").replace(BLANK, blank)
    response = post_login_as(client, lena, category=category, text=begun)
    assert response.status_code == 422
    assert ("Please finish the sentence" in response.content.decode()) == bool(begun)
    assert not AssumedSession.objects.exists()


@pytest.mark.parametrize("language", ["en", "da", "de"])
@pytest.mark.parametrize("category", BEGINNINGS)
def test_the_blank_is_filled_where_the_language_has_it(language, category):
    with translation.override(language):
        begun = begins(category, "Anna Maria")
        assert begun.count(BLANK) == 1
        assert is_only_begun(begun)
        assert is_only_begun(begun.replace(BLANK, ""))
        assert not is_only_begun(begun.replace(BLANK, "Food safety basics"))


def test_a_sentence_that_ends_like_a_beginning_is_a_reason(client, sam, lena):
    log_in_as(client, sam, lena, text="She wrote to us that Lena can't submit")


def test_each_category_carries_its_beginning_with_the_persons_name(client, sam, lena):
    sign_in(client, sam)
    page = form_page(client, lena).replace("&#x27;", "'")
    assert 'data-begins="Lena can\'t submit …"' in page
    assert 'data-begins=""' in page  # Other


@pytest.mark.parametrize(
    ("rights", "buttons"),
    [
        (("act_on_behalf", "look_only_on_behalf"), ["look_only", "act"]),
        (("act_on_behalf",), ["act"]),
        (("look_only_on_behalf",), ["look_only"]),
    ],
)
def test_each_mode_that_the_actor_may_use_is_a_button(client, mona, lena, rights, buttons):
    mona.groups.set([permission_type("Helpers", "see_people", *rights)])
    sign_in(client, mona)
    assert re.findall(r'<button [^>]*name="mode" value="(\w+)"', form_page(client, lena)) == buttons


def test_a_form_without_a_mode_starts_nothing_and_says_what_to_choose(client, sam, lena):
    sign_in(client, sam)
    response = post_login_as(client, lena, mode="")
    assert response.status_code == 422
    assert "Please choose how to log in" in response.content.decode()
    assert not AssumedSession.objects.exists()
