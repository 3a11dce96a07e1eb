"""The link of a ticket: it finds the person, fills the form in, and never starts anything."""

import logging
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEvent
from impersonation.models import AssumedSession
from tests.support.assumed import data_queries, events, log_in_as, login_as_data, sign_in
from tests.support.factories import UserFactory
from tests.support.hostile import HOSTILE
from tests.support.tickets import SUP_7, ticket_link, ticket_rules_of_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(lena):
    """Give Lena an HR identifier."""
    User.objects.filter(pk=lena.pk).update(external_id="HC-104")
    lena.refresh_from_db()
    return lena


def form_of(person, query="ticket=SUP-7"):
    return f"{reverse('login_as', args=[person.pk])}?{query}"


def nothing_started():
    return not AssumedSession.objects.exists() and not AuditEvent.objects.filter(kind__startswith="assumed").exists()


@pytest.mark.parametrize("person", ["{email}", "{EMAIL}", "HC-104", "hc-104", " HC-104 ", "{pk}"])
def test_a_link_names_somebody_by_address_identifier_or_id(client, sam, known, person):
    sign_in(client, sam)
    person = person.format(email=known.email, EMAIL=known.email.upper(), pk=known.pk)
    response = client.get(ticket_link(person))
    assert (response.status_code, response.url) == (302, form_of(known))
    page = client.get(response.url)
    assert page.context["form"]["ticket"].value() == "SUP-7"
    assert page.status_code == 200
    assert nothing_started()


def test_the_form_keeps_ticket_and_way_back(client, sam, lena):
    sign_in(client, sam)
    back = f"{SUP_7}?focused=3&x=ä"
    response = client.get(ticket_link(lena.pk, **{"return": back}))
    assert parse_qs(urlsplit(response.url).query) == {"ticket": ["SUP-7"], "return": [back]}
    form = client.get(response.url).context["form"]
    assert (form["ticket"].value(), form["returns_to"].value(), form.is_bound) == ("SUP-7", back, False)


def test_a_link_without_ticket_leads_to_the_empty_form(client, sam, lena):
    sign_in(client, sam)
    response = client.get(ticket_link(lena.pk, ticket=""))
    assert response.url == reverse("login_as", args=[lena.pk])
    assert not client.get(response.url).context["form"]["ticket"].value()


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_link_with_everything_that_a_form_has_starts_nothing(client, sam, lena, method):
    """A product that let a link start a session had to take it back."""
    sign_in(client, sam)
    before = Session.objects.values_list().get()
    everything = login_as_data(start="1", once="x", submit="1", next=reverse("dashboard"))
    response = getattr(client, method)(ticket_link(lena.pk, **everything))
    assert response.status_code == 302
    assert set(parse_qs(urlsplit(response.url).query)) == {"ticket"}
    page = getattr(client, method)(response.url)
    assert page.status_code == 200
    assert getattr(client, method)(f"{response.url}&mode=act&text=A+good+reason&category=other").status_code == 200
    assert Session.objects.values_list().get() == before
    assert nothing_started()
    assert client.get(reverse("assumed_session")).wsgi_request.user == sam


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_link_takes_no_form(client, sam, lena, method):
    sign_in(client, sam)
    response = getattr(client, method)(ticket_link(lena.pk), login_as_data())
    assert response.status_code == 405
    assert nothing_started()


def test_the_form_that_a_link_opens_starts_by_post_and_token_alone(sam, lena):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, sam)
    assert client.post(form_of(lena), login_as_data()).status_code == 403
    assert nothing_started()


def test_who_is_signed_out_signs_in_and_finds_the_form_filled_in(client, sam, known):
    link = ticket_link("HC-104", **{"return": SUP_7})
    asked = client.get(link)
    assert asked.url.startswith(reverse("account_login"))
    signed_in = client.post(asked.url, {"login": sam.email, "password": "standin-demo"})
    assert signed_in.url == link
    form = client.get(client.get(signed_in.url).url).context["form"]
    assert (form["ticket"].value(), form["returns_to"].value(), form.is_bound) == ("SUP-7", SUP_7, False)
    assert nothing_started()


def test_a_form_sent_to_the_link_before_signing_in_starts_nothing_afterwards(client, sam, lena):
    asked = client.post(ticket_link(lena.pk), login_as_data())
    signed_in = client.post(asked.url, {"login": sam.email, "password": "standin-demo"})
    page = client.get(signed_in.url, follow=True)
    assert page.status_code == 200
    assert not page.context["form"]["text"].value()
    assert nothing_started()


def interrupted(client, settings, address, **data):
    """Send a form after too long a while, so that it becomes a draft, and authenticate again."""
    settings.STEP_UP_MINUTES = 0
    asked = client.post(address, login_as_data(**data))
    assert asked.url.startswith(reverse("confirm_identity"))
    settings.STEP_UP_MINUTES = 10
    return client.post(asked.url, {"password": "standin-demo"})


def test_a_draft_from_before_is_shown_and_not_sent(client, sam, lena, settings):
    sign_in(client, sam)
    back = interrupted(client, settings, form_of(lena), ticket="SUP-8", linked="SUP-7", returns_to=SUP_7)
    assert back.url == form_of(lena)
    form = client.get(back.url).context["form"]
    # The ticket was corrected by hand after this very link, so the draft counts.
    assert (form["ticket"].value(), form["text"].value()) == ("SUP-8", login_as_data()["text"])
    assert nothing_started()


def test_the_draft_of_another_ticket_does_not_hide_the_ticket_of_the_link(client, sam, lena, settings):
    sign_in(client, sam)
    interrupted(client, settings, form_of(lena), ticket="SUP-7", linked="SUP-7", returns_to=SUP_7)
    page = client.get(ticket_link(lena.pk, "SUP-9"), follow=True)
    form = page.context["form"]
    assert (form["ticket"].value(), form["linked"].value(), form["returns_to"].value()) == ("SUP-9", "SUP-9", "")
    assert nothing_started()


def without_token(response):
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", response.content)


def test_who_may_not_be_seen_answers_like_nobody(client, rita, max_, caplog):
    User.objects.filter(pk=max_.pk).update(external_id="HC-200")
    sign_in(client, rita)
    asked = [max_.email, "HC-200", max_.pk, "nobody@harbour.example", "HC-999", 10**12, 10**30, "", "²", "%", "\0"]
    with caplog.at_level(logging.WARNING, logger="impersonation"):
        answers = [client.get(ticket_link(person)) for person in asked]
    assert {answer.status_code for answer in answers} == {404}
    assert len({without_token(answer) for answer in answers}) == 1
    lines = [record.getMessage() for record in caplog.records if record.name == "impersonation.ticket_views"]
    assert lines == [f"A link to Login as User named nobody that person {rita.pk} may see"] * len(asked)
    nobody = client.get(reverse("login_as", args=[10**12]))
    assert without_token(nobody) == without_token(answers[0])
    assert nothing_started()


def test_who_may_not_be_seen_costs_what_nobody_costs(client, rita, max_):
    sign_in(client, rita)
    costs = []
    for person in (max_.email, "nobody@harbour.example"):
        with CaptureQueriesContext(connection) as captured:
            client.get(ticket_link(person))
        costs.append(len(data_queries(captured)))
    assert costs == [3, 3]  # the browser session, the actor, the person


@pytest.mark.parametrize("who", ["lena", "audrey", "carl"])
def test_who_may_see_nobody_finds_nobody(client, request, who, sam):
    sign_in(client, request.getfixturevalue(who))
    assert client.get(ticket_link(sam.email)).status_code == 404


def test_whatever_a_link_names_is_nobody(client, sam):
    sign_in(client, sam)
    # No address holds half a character, and what is a number between blanks is one.
    sent = [text for text in HOSTILE if "\ud83d" not in text and not text.strip().isdecimal()]
    link = reverse("login_as_from_ticket")
    found = [text for text in sent if client.get(link, {"person": text, "ticket": text}).status_code != 404]
    assert (found, len(sent) > 250) == ([], True)


def test_who_may_see_but_not_log_in_reads_why(client, mona, lena):
    sign_in(client, mona)
    page = client.get(ticket_link(lena.email), follow=True)
    assert page.status_code == 403
    assert "hold the right to log in on behalf of others" in page.content.decode()
    assert not events("assumed_session.refused")  # a look is no attempt


def test_of_several_people_one_is_chosen(client, sam, known, max_):
    User.objects.filter(pk=max_.pk).update(external_id=str(known.pk))
    sign_in(client, sam)
    page = client.get(ticket_link(known.pk, **{"return": SUP_7}))
    assert page.status_code == 200
    query = "?ticket=SUP-7&amp;return=https%3A%2F%2Ftickets.example%2Fbrowse%2FSUP-7"
    for person in (known, max_):
        assert f'href="{reverse("login_as", args=[person.pk])}{query}"' in page.content.decode()
    assert nothing_started()


def test_the_choice_holds_only_people_who_may_be_seen(client, rita, known, max_):
    User.objects.filter(pk=max_.pk).update(external_id=str(known.pk))
    sign_in(client, rita)
    assert client.get(ticket_link(known.pk)).url == form_of(known)


def test_the_choice_is_short_and_costs_the_same_for_everybody(client, sam, norreport):
    identifiers = ["a1b", "A1b", "a1B", "A1B"]
    people = [UserFactory(external_id=identifier, department=norreport) for identifier in identifiers]
    sign_in(client, sam)
    costs = []
    for number in (2, 4):
        User.objects.filter(pk__in=[person.pk for person in people[number:]]).update(external_id=None)
        for person in people[:number]:
            User.objects.filter(pk=person.pk).update(external_id=person.external_id)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(ticket_link("a1b"))
        costs.append(len(data_queries(captured)))
        assert len(page.context["people"]) == number
    assert costs[0] == costs[1]


def test_in_an_assumed_session_the_link_says_that_one_is_open(client, sam, lena, max_):
    session = log_in_as(client, sam, lena)
    page = client.get(ticket_link(max_.email), follow=True)
    assert page.status_code == 403
    assert "You are already logged in on behalf of somebody." in page.content.decode()
    assert AssumedSession.objects.live().get() == session
    assert client.post(ticket_link(max_.email), login_as_data()).status_code == 403


def test_a_required_ticket_comes_with_the_link_and_what_does_not_fit_is_said_when_sent(client, sam, lena):
    ticket_rules_of_company(required=True)
    sign_in(client, sam)
    page = client.get(ticket_link(lena.pk, "see mail"), follow=True)
    assert page.context["form"]["ticket"].value() == "see mail"
    assert client.post(form_of(lena), login_as_data(ticket="see mail")).status_code == 422
    assert nothing_started()
