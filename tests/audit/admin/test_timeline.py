"""The auditor's timeline of an assumed session: looks with their titles, refusals with their rule, in their order."""

import re
from html import unescape

import pytest
from django.db import connection
from django.urls import reverse

from audit import log, triggers
from audit.admin.timeline import timeline
from audit.models import AuditEvent
from audit.sentences import RULES
from impersonation.ledger import kinds
from tests.support.assumed import events, log_in_as, sign_in

pytestmark = pytest.mark.django_db


def plain(html):
    return unescape(re.sub(r"<[^>]+>", "", html))


def sentences(session):
    return [plain(act.sentence) for act in timeline(session.pk).acts]


def test_looks_and_refusals_are_told_in_order(client, sam, lena, audrey, catalogue):
    session = log_in_as(client, sam, lena, mode="look_only")
    client.get("/")
    client.get(f"/modules/{catalogue.pk}/")
    client.post(f"/modules/{catalogue.pk}/save/")
    for _time in range(3):
        client.get("/account/")
    client.get("/admin/")
    client.post(reverse("assumed_session_exit"))
    told = sentences(session)
    refused = "Sam Okafor sent a request for Lena Sørensen, which was refused: it"
    assert told == [
        "Sam Okafor logged in as Lena Sørensen",
        "Sam Okafor looked at Dashboard as Lena Sørensen",
        "Sam Okafor looked at Module · Food safety basics as Lena Sørensen",
        f"{refused} would change something in look only",
        f"{refused} concerns the person's own account",
        f"{refused} belongs to the administration",
        "Sam Okafor left Lena Sørensen's account (Exit · 2 requests were refused again)",
    ]
    sign_in(client, audrey)
    page = client.get(reverse("admin:audit_auditevent_timeline", args=[session.pk])).content.decode()
    text = re.sub(r"\s+", " ", plain(page))
    places = [text.index(sentence) for sentence in told]
    assert places == sorted(places)


def test_the_profile_of_a_person_is_told_by_its_number(client, owner, sam, lena):
    session = log_in_as(client, owner, sam)
    client.get(reverse("user_detail", args=[lena.pk]))
    assert f" · accounts.user {lena.pk} as Sam Okafor" in sentences(session)[-1]


def test_auditor_and_person_read_of_the_same_rules():
    assert set(RULES) == set(kinds.RULES)


def test_a_rule_of_a_newer_version_is_shown_as_it_is_stored(client, sam, lena):
    session = log_in_as(client, sam, lena)
    with log.recording():
        log.record(
            "assumed_session.blocked", actor=sam.as_person(), target=lena.as_person(), assumed_session=session.pk,
            detail={"method": "GET", "path": "/x/", "why": "rule_of_tomorrow"},
        )  # fmt: skip
    assert sentences(session)[-1].endswith("was refused: Rule of tomorrow")


def test_the_page_of_an_export_shows_the_beginning_of_its_ids(client, audrey, sam):
    with log.recording():
        log.record("user.exported", actor=sam.as_person(), detail={"ids": ",".join(map(str, range(1, 9_999, 2)))})
    sign_in(client, audrey)
    page = client.get(f"/admin/audit/auditevent/{events('user.exported')[0].pk}/change/").content.decode()
    assert "Numbers of the people: 1,3,5," in page
    assert re.search(r">\s*MAC:?\s*<", page)
    assert "characters)" in page
    assert "9997" not in page


def test_a_session_without_its_start_is_told_from_its_first_event_on(client, sam, lena):
    session = log_in_as(client, sam, lena)
    client.get("/")
    triggers.drop(connection)
    AuditEvent.objects.filter(kind="assumed_session.started").update(assumed_session=None)
    story = timeline(session.pk)
    assert (story.actor, story.started_at, story.reason) == (sam.name, None, {})
    assert sentences(session) == ["Sam Okafor looked at Dashboard as Lena Sørensen"]
