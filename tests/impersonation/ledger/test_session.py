"""Lena reads who opened her account, when, for how long, why, and what they looked at, changed and were refused."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from audit import log
from audit.kinds import Kind
from audit.models import AuditErasure, AuditEvent, AuditText
from impersonation.ledger import session
from impersonation.ledger.session import session_entries, starts
from impersonation.models import AssumedSession
from impersonation.traces import stored
from learning.models import Document, Interaction, Registration
from tests.support.assumed import GOOD_REASON, log_in_as
from tests.support.learning_factories import food_safety, make_event, save
from tests.support.ledger import events_in_file, facts, page_of, record_sessions

pytestmark = pytest.mark.django_db


def exit_from(client):
    client.post(reverse("assumed_session_exit"))


def test_lena_reads_who_came_when_for_how_long_why_and_what_was_changed(client, sam, lena):
    event = make_event()
    log_in_as(client, sam, lena)
    client.post(reverse("event_register", args=[event.pk]))
    save(client, food_safety(), clean="on", i="on")
    exit_from(client)
    [said] = facts(page_of(lena))
    assert said.startswith("Sam Okafor opened your account ")
    assert said.endswith(
        " · 1 minute · Could change things on your behalf "
        f"Reason {GOOD_REASON} SUP-7 Looked at Module · Food safety basics "
        "Changed Registered you for Latte art night Began Food safety basics "
        "Confirmed step 1, “Clean hands”, of Food safety basics "
        "Confirmed step 2, “I report illness”, of Food safety basics "
        "Undo Cancel the registration for “Latte art night” "
        "Notice A mail to you is waiting to be sent. Your dashboard says so until you have seen it."
    )
    assert Registration.objects.filter(user=lena).exists()


def test_a_look_says_that_nothing_could_be_changed(client, sam, lena):
    log_in_as(client, sam, lena, mode="look_only")
    exit_from(client)
    [said] = facts(page_of(lena))
    assert " · Looked only: nothing could be changed Reason" in said
    assert "Looked at Nothing recorded Changed Nothing Notice" in said


def test_each_page_that_was_looked_at_is_named_and_the_rest_unfolds(client, sam, lena, catalogue):
    log_in_as(client, sam, lena, mode="look_only")
    document = Document.objects.get()
    for address in (
        "/", "/modules/", f"/modules/{catalogue.pk}/", f"/modules/{catalogue.pk}/", "/events/", "/documents/",
        f"/documents/{document.pk}/file/", reverse("help_login_as"),
    ):  # fmt: skip
        assert client.get(address).status_code == 200
    six = (
        "Looked at Dashboard List of modules Module · Food safety basics List of events List of documents "
        "Download of a document · Cleaning plan Changed"
    )
    assert six in facts(page_of(lena))[0]
    client.get(f"/interactions/{Interaction.objects.exclude(file='').first().pk}/file/")
    first, unfolded = page_of(lena).split("<details>")
    assert "List of documents" in first
    assert "Download of a document" not in first
    assert "<summary>2 more</summary>" in unfolded
    assert "Download of a document · Cleaning plan" in unfolded


def test_what_was_refused_is_grouped_by_its_rule_and_counted(client, sam, lena, catalogue):
    log_in_as(client, sam, lena)
    for _time in range(3):
        client.get("/account/")
        client.post("/accounts/password/change/")
    client.get("/admin/")
    client.post("/users/1/deactivate/")
    exit_from(client)
    [said] = facts(page_of(lena))
    assert (
        "Tried, and refused Pages of your account itself, such as your password (6×) "
        "The administration of the platform "
        "Something that nobody can do in your name Notice"
    ) in said
    client = Client()
    log_in_as(client, sam, lena, mode="look_only")
    client.post(f"/modules/{catalogue.pk}/save/")
    assert "Tried, and refused A change, although this time was for looking only Notice" in facts(page_of(lena))[0]


def test_a_form_that_changed_nothing_is_said(client, sam, lena, catalogue):
    log_in_as(client, sam, lena)
    client.post(reverse("module_submit", args=[catalogue.pk]))
    assert "Without effect 1 form sent in your name changed nothing" in facts(page_of(lena))[0]


def test_a_session_that_goes_on_is_still_open(client, sam, lena):
    log_in_as(client, sam, lena)
    [said] = facts(page_of(lena))
    assert " · Still open · " in said


def test_it_lasted_as_long_as_it_did(sam, lena):
    event = AuditEvent(seq=1, at=AssumedSession().started_at, assumed_session=AssumedSession().pk)
    [entry] = session_entries([event], reader=lena)
    assert entry.minutes is None
    for seconds, minutes in {0: 1, 29: 1, 95: 2, 3600: 60}.items():
        entry.ended_at = entry.started_at + timedelta(seconds=seconds)
        assert entry.minutes == minutes


def test_what_was_erased_is_not_shown_and_the_session_stays(client, sam, lena):
    log_in_as(client, sam, lena)
    exit_from(client)
    [entry] = session_entries(starts(target_id=lena.pk), reader=lena)
    assert (entry.actor, entry.reason) == ("Sam Okafor", GOOD_REASON)
    with log.recording():
        log.record(Kind.ASSUMED_SESSION_REFUSED)  # stands for the event that erases
    started, eraser = starts().get(), AuditEvent.objects.order_by("seq").last()
    for part in ("actor", "reason"):
        AuditErasure.objects.create(event=started, part=part, erased_by=eraser)
        AuditText.objects.get(event=started, part=part).delete()
    [said] = facts(page_of(lena))
    assert said.startswith("a member of support (the name was erased) opened your account ")
    assert " · 1 minute · erased Reason erased Looked at" in said


def test_a_flooded_session_holds_few_lines_and_says_how_many_the_file_has(sam, lena, monkeypatch):
    monkeypatch.setattr(session, "HELD_AT_MOST", 20)
    record_sessions(sam, lena, 2, looks=50)
    page = page_of(lena)
    assert page.count("<li>Module · Module") == 2 * 20
    assert page.count("<summary>15 more</summary>") == 2
    assert page.count("30 more are in the file below.") == 2
    assert "Answer added (2×)" in page, "the changes have room of their own"
    assert sum(event["kind"] == "assumed_session.looked" for event in events_in_file(lena)) == 100


def test_a_page_holds_every_refusal_that_has_an_event():
    assert session.HELD_AT_MOST >= stored.BLOCKED_AT_MOST
