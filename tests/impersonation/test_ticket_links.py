"""Tickets as links: in the audit log, its timeline, the live list and the person's own access history."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.assumed import events, log_in_as, sign_in
from tests.support.tickets import SUP_7, ticket_rules_of_company

pytestmark = pytest.mark.django_db
LINK = (
    f'<a href="{SUP_7}" target="_blank" rel="noopener noreferrer">SUP-7'
    '<span class="visually-hidden"> (opens a new tab)</span></a>'
)


def pages(session, owner, lena):
    """Return the pages that show the ticket of a session, by name."""
    [started] = events("assumed_session.started")
    owners, hers = Client(), Client()
    sign_in(owners, owner)
    sign_in(hers, lena)
    asked = {
        "log": (owners, reverse("admin:audit_auditevent_changelist")),
        "event": (owners, reverse("admin:audit_auditevent_change", args=[started.pk])),
        "timeline": (owners, reverse("admin:audit_auditevent_timeline", args=[session.pk])),
        "live list": (owners, reverse("admin:impersonation_assumedsession_changelist")),
        "end": (owners, reverse("admin:impersonation_assumedsession_end", args=[session.pk])),
        "access history": (hers, reverse("access_history")),
    }
    found = {name: browser.get(address).content.decode() for name, (browser, address) in asked.items()}
    return {name: re.sub(r"\s+", " ", text) for name, text in found.items()}


def test_a_ticket_is_a_link_wherever_it_is_shown(client, sam, owner, lena):
    ticket_rules_of_company()
    shown = pages(log_in_as(client, sam, lena), owner, lena)
    assert {name for name, text in shown.items() if LINK not in text} == set()


def test_without_address_it_is_text(client, sam, owner, lena):
    ticket_rules_of_company(address="")
    shown = pages(log_in_as(client, sam, lena), owner, lena)
    assert {name for name, text in shown.items() if "SUP-7" not in text} == set()
    assert {name for name, text in shown.items() if "SUP-7<span" in text or "tickets.example" in text} == set()


def test_a_ticket_from_before_the_pattern_is_text(client, sam, owner, lena):
    session = log_in_as(client, sam, lena, ticket="see the mail")
    ticket_rules_of_company()
    shown = pages(session, owner, lena)
    assert {name for name, text in shown.items() if "see the mail" not in text} == set()
    assert {name for name, text in shown.items() if "tickets.example" in text} == set()


def test_a_hostile_ticket_stays_text_and_in_its_place(client, sam, owner, lena):
    ticket_rules_of_company(pattern="")
    session = log_in_as(client, sam, lena, ticket='"><img src=x onerror=alert(1)>/../?a#b')
    for text in pages(session, owner, lena).values():
        assert "<img src=x" not in text
        assert "browse/%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E%2F..%2F%3Fa%23b" in text
