"""Whatever the log holds about Lena is in her access history, page and files alike; and nothing that is not hers."""

import csv
import io
import random
import re
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.users.id_ranges import compact
from audit import log
from audit.kinds import Kind, Outcome
from audit.models import AuditEvent
from impersonation.ledger import files
from impersonation.ledger.kinds import INSIDE, Show, show_of
from impersonation.ledger.session import starts
from impersonation.models import AssumedSession
from impersonation.notices import Notice
from tests.support.access_check import item_name
from tests.support.assumed import data_queries, sign_in
from tests.support.learning_factories import make_event, make_module
from tests.support.ledger import URL, events_in_file, file_of, record_sessions

pytestmark = pytest.mark.django_db
EXPORTS = (Kind.USERS_EXPORTED, Kind.AUDIT_EXPORTED)


def record_anything(chance, people, count):
    """Record events of any kind, between any people, in and out of assumed sessions; the first ones of each kind."""
    sessions = [(AssumedSession().pk, *chance.sample(people, 2)) for _number in range(8)]
    kinds = [*Kind, "made.up", *chance.choices([*INSIDE, *INSIDE, Kind.ASSUMED_SESSION_STARTED, *EXPORTS], k=count)]
    chance.shuffle(kinds)
    begun = set()
    for kind in kinds:
        session, actor, target = chance.choice(sessions)
        if str(kind).startswith("assumed_session.") and chance.random() < 0.8:
            if kind == Kind.ASSUMED_SESSION_STARTED and session in begun:
                continue
            begun |= {session} if kind == Kind.ASSUMED_SESSION_STARTED else set()
        else:
            session, actor, target = None, *chance.choices([*people, None], k=2)
        with log.recording():
            log.record(
                kind, outcome=chance.choice(Outcome.values), assumed_session=session,
                actor=actor and actor.as_person(), target=target and target.as_person(),
                reason={"text": "Why", "mode": "act"} if chance.random() < 0.5 else None,
                detail=any_detail(chance, people),
            )  # fmt: skip


def any_detail(chance, people):
    """Return a detail with some of what any event may say."""
    ids = sorted(person.pk for person in people if chance.random() < 0.5)
    parts = [
        {"title": "Latte art night"}, {"view": "dashboard"}, {"why": "look_only"}, {"item": "module-1"},
        {"before": {"email": "a"}, "after": {"email": "b"}}, {"before": True, "after": False}, {"search": "x"},
        {"summary": "more than 10"},
        {"cause": "exit", "blocked_again": {"look_only POST x": 3}}, {"filter": ""}, {"filters": {}, "people": 3},
        {"wanted": 3}, {"file": "people.csv"}, {"about": "Module"}, {"ids": compact(ids)[0], "people": len(ids)},
    ]  # fmt: skip
    return {key: value for part in chance.sample(parts, 4) for key, value in part.items()}


def holding(person):
    """Return the numbers of the exports that name the person among their ids, or that can't exclude anybody."""
    first = AuditEvent.objects.filter(target_id=person.pk).order_by("seq").values_list("seq", flat=True).first()
    for event in AuditEvent.objects.filter(kind__in=EXPORTS).prefetch_related("texts"):
        said = " ".join(text.text for text in event.texts.all() if text.part == "detail")
        if event.kind == Kind.AUDIT_EXPORTED:
            if first and first < event.seq:
                yield event.seq
        elif named := re.search(r'"ids":"([^"]*)"', said):
            ranges = [part.split("-") for part in named[1].split(",") if part]
            if any(int(part[0]) <= person.pk <= int(part[-1]) for part in ranges):
                yield event.seq
        else:
            yield event.seq


def walk(person, query=""):
    """Return the entries of every page, and the HTML of all."""
    browser, entries, html = Client(), [], ""
    sign_in(browser, person)
    address = query or "?"
    while address:
        response = browser.get(URL + address)
        assert response.status_code == 200
        entries += response.context["entries"]
        html += response.content.decode()
        address = response.context["older"]
    return entries, html


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_log_holds_about_her_is_told_and_nothing_else(seed, sam, lena, max_):
    people, chance = (sam, lena, max_), random.Random(seed)
    record_anything(chance, people, 80)
    for person in people:
        hers = AuditEvent.objects.filter(target_id=person.pk)
        due = {*hers.values_list("seq", flat=True), *holding(person)}
        entries, html = walk(person)
        lines = {entry.seq: entry for entry in entries if not hasattr(entry, "looks")}
        sessions = {entry.assumed_session: entry for entry in entries if hasattr(entry, "looks")}
        inside = hers.filter(assumed_session__in=sessions, kind__in=INSIDE)
        assert {*lines, *(entry.seq for entry in sessions.values()), *inside.values_list("seq", flat=True)} == due
        assert len(entries) == len(lines) + len(sessions), "each once"
        for session, entry in sessions.items():
            kinds = inside.filter(assumed_session=session).values_list("kind", flat=True)
            # A change of the mode has a line of its own, and its session counts it as well.
            counted = {kind: count for kind, count in entry.counts.items() if kind in INSIDE}
            assert counted == Counter(kinds)
            assert len(entry.looks) == entry.counts["assumed_session.looked"]
        assert {int(number) for number in re.findall(r'<li id="event-(\d+)"', html)} == set(lines)
        assert set(re.findall(r'<h2 id="session-([^"]+)"', html)) == set(map(str, sessions))
        assert [entry.seq for entry in entries] == sorted((entry.seq for entry in entries), reverse=True)
        # The files tell the same: each event of the page and inside its sessions, in the same words.
        told = {event["number"]: event for event in events_in_file(person)}
        assert set(told) == due
        rows = list(csv.DictReader(io.StringIO(file_of(person, "csv").removeprefix("\ufeff"))))
        assert [int(row["number"]) for row in rows] == list(told)
        for seq, line in lines.items():
            assert (told[seq]["what"], told[seq]["about"], told[seq]["by"]) == (line.sentence, line.about, line.actor)


@pytest.mark.parametrize("seed", range(2))
def test_the_filters_share_everything_among_them(seed, sam, lena, max_):
    record_anything(random.Random(seed), (sam, lena, max_), 60)
    everything = [entry.seq for entry in walk(lena)[0]]
    shown = {show: [entry.seq for entry in walk(lena, f"?show={show.value}")[0]] for show in Show if show}
    by_others = [entry.seq for entry in walk(lena, "?by=others")[0]]
    assert shown.pop(Show.OTHERS) == by_others
    assert sorted(everything) == sorted(seq for numbers in shown.values() for seq in numbers)
    events = AuditEvent.objects.in_bulk(everything)
    for show, numbers in shown.items():
        assert {show_of(events[seq].kind) for seq in numbers} <= {show}
    assert by_others == [seq for seq in everything if events[seq].actor_id != lena.pk]


def queries(browser, address):
    with CaptureQueriesContext(connection) as captured:
        response = browser.get(address)
        assert response.status_code == 200
        if response.streaming:
            b"".join(response.streaming_content)
    return data_queries(captured)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_it_asks_the_database_as_often_however_much_there_is(client, sam, lena, count, monkeypatch):
    monkeypatch.setattr(files, "BATCH", 10_000)  # each batch of a file asks as often
    items = [make_event(), make_module()]
    with log.recording():
        for number in range(count):
            people = {"actor": sam.as_person(), "target": lena.as_person()}
            detail = {"item": item_name(items[number % 2])}
            log.record(Kind.USERS_EXPORTED, actor=sam.as_person(), detail={"ids": str(lena.pk)})
            log.record(Kind.ACCESS_CHECKED, detail=detail, **people)
    record_sessions(sam, lena, count, looks=10 * count)
    for start in starts():
        ended = {"ended_at": start.at, "cause": "exit"}
        AssumedSession.objects.create(pk=start.assumed_session, actor=sam, target=lena, **ended)
        Notice.objects.create(assumed_session_id=start.assumed_session, recipient=lena, moment="start")
    sign_in(client, lena)
    # The browser session and the person. Then:
    sessions = queries(client, f"{URL}?show=sessions")
    assert len(sessions) == 2 + 7, "starts; what they say; counts; inside; notices; objections; what is sealed"
    checks = queries(client, f"{URL}?show=checks")
    assert len(checks) == 2 + 5, "checks; what they say; which items exist, and which she may know of; what is sealed"
    exports = queries(client, f"{URL}?show=exports")
    assert len(exports) == 2 + 4, "events with her as target; exports; what they say; what is sealed"
    file = queries(client, f"{URL}file/")
    assert len(file) == 2 + 6, "events; exports; what they say; the two about items; notices"


def test_sessions_checks_and_exports_on_one_page_ask_thirteen_times(client, sam, lena):
    with log.recording():
        log.record(Kind.USERS_EXPORTED, actor=sam.as_person(), detail={"ids": str(lena.pk)})
        detail = {"item": item_name(make_event())}
        log.record(Kind.ACCESS_CHECKED, actor=sam.as_person(), target=lena.as_person(), detail=detail)
    record_sessions(sam, lena, 5, looks=5)
    sign_in(client, lena)
    asked = queries(client, URL)
    assert len(asked) == 2 + 2 + 4 + 5, "\n".join(asked)


def test_an_empty_page_asks_five_times(client, lena):
    sign_in(client, lena)
    assert len(queries(client, URL)) == 5


def test_what_a_session_did_to_somebody_else_is_not_hers(sam, lena, max_):
    key = AssumedSession().pk
    with log.recording():
        for kind, target in (("assumed_session.started", lena), ("assumed_session.looked", max_)):
            log.record(
                kind, actor=sam.as_person(), target=target.as_person(), assumed_session=key,
                detail={"view": "module_detail", "title": "Of Max"},
            )  # fmt: skip
    [entry], html = walk(lena)
    assert (entry.looks, entry.counts) == ([], Counter())
    assert "Of Max" not in html
    assert "Of Max" in walk(max_)[1], "its start is not his, so the event stands for itself"
