"""One act, one row: the events of a form that unfold, whole on one page, and each alone one click away."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import context, log, triggers
from audit.admin.acts import heading
from audit.admin.change_list import LogChangeList
from audit.models import AuditEvent
from tests.support.assumed import data_queries, log_in_as, sign_in
from tests.support.learning_factories import make_event

pytestmark = pytest.mark.django_db
LIST = "/admin/audit/auditevent/"


def plain(html):
    return unescape(re.sub(r"<[^>]+>", "", html))


@pytest.fixture
def asked(client, audrey):
    sign_in(client, audrey)

    def ask(query=""):
        response = client.get(LIST + query)
        assert response.status_code == 200
        return response.context["cl"]

    return ask


def rows(changes):
    return [(len(act.steps), plain(act.sentence)) for day in changes.days for act in day.acts]


def form(session, actor, target, *, request=None, outcome="done", changes=1, stopped=False):
    """Record the events of one form as a request of an assumed session does, each in a transaction of its own."""
    people = {"actor": actor.as_person(), "target": target.as_person(), "assumed_session": session}
    with context.scoped(request_id=request or uuid4()):
        events = [("assumed_session.request", {"path": "/x/"}, "done")]
        events += [("assumed_session.changed", {"model": "learning.answer", "about": "Ovens"}, "done")] * changes
        events += [] if stopped else [("assumed_session.outcome", {"status": 302}, outcome)]
        for kind, detail, result in events:
            with log.recording():
                log.record(kind, outcome=result, detail=detail, **people)


def test_one_form_is_one_row_that_unfolds(client, asked, sam, lena, audrey):
    event = make_event("Winter menu")
    log_in_as(client, sam, lena)
    client.post(f"/events/{event.pk}/register/")
    client.post("/assumed-session/exit/")
    sign_in(client, audrey)
    changes = asked()
    assert rows(changes)[:3] == [
        (1, "Sam Okafor left Lena Sørensen's account (Exit)"),
        (3, "Sam Okafor registered Lena Sørensen for Winter menu"),
        (1, "Sam Okafor logged in as Lena Sørensen"),
    ]
    page = client.get(LIST).content.decode()
    assert "3 events" in page
    for number in AuditEvent.objects.filter(kind__in=["assumed_session.request", "assumed_session.changed"]):
        assert f"{LIST}{number.pk}/change/" in page, "every event is one click away"
    assert [steps for steps, _sentence in rows(asked("?rows=all"))][:5] == [1, 1, 1, 1, 1]


def test_a_form_that_changed_nothing_says_what_became_of_it(asked, sam, lena):
    session = uuid4()
    form(session, sam, lena, changes=0)
    form(session, sam, lena, changes=0, outcome="refused")
    form(session, sam, lena, changes=0, outcome="failed")
    told = [sentence for _steps, sentence in rows(asked())]
    assert told == [
        "The form that Sam Okafor sent for Lena Sørensen failed, and changed nothing",
        "The form that Sam Okafor sent for Lena Sørensen was refused, and changed nothing",
        "Sam Okafor sent a form for Lena Sørensen, which changed nothing",
    ]
    assert [act.outcome for day in asked().days for act in day.acts] == ["Failed", "Refused", ""]


def test_what_tells_most_is_the_sentence_of_the_form(asked, sam, lena):
    people = {"actor": sam.as_person(), "target": lena.as_person(), "assumed_session": uuid4()}
    with context.scoped(request_id=uuid4()), log.recording():
        for model in ("accounts.user", "learning.answer", "learning.registration"):
            log.record("assumed_session.changed", detail={"model": model, "about": "Ovens", "before": None}, **people)
    assert rows(asked()) == [(3, "Sam Okafor registered Lena Sørensen for Ovens")]


def test_forms_of_two_sessions_at_once_stay_apart(asked, sam, rita, lena, max_):
    one, other = uuid4(), uuid4()
    form(uuid4(), sam, lena, request=one, stopped=True)
    form(uuid4(), rita, max_, request=other)
    form(AuditEvent.objects.get(seq=1).assumed_session, sam, lena, request=one, changes=0)
    assert [steps for steps, _sentence in rows(asked())] == [4, 3]


def test_no_page_cuts_a_form_in_two(asked, sam, lena, monkeypatch):
    monkeypatch.setattr("audit.admin.events.AuditEventAdmin.list_per_page", 5)
    for _number in range(6):
        form(uuid4(), sam, lena)
    seen, query = [], ""
    while True:
        changes = asked(query)
        assert {steps for steps, _sentence in rows(changes)} == {3}
        seen += [event.seq for event in changes.result_list]
        if not changes.has_older:
            break
        query = changes.older
    assert seen == list(range(18, 0, -1))
    back = [event.seq for event in asked(changes.newer).result_list]
    assert back == [6, 5, 4]
    form(uuid4(), sam, lena, changes=9)
    assert len(asked().result_list) == 5, "a form that is longer than a page is cut"


def test_a_group_shows_its_kinds_and_no_others(asked, sam, lena):
    with log.recording():
        for kind in ("access.checked", "user.changed", "permission_type.assigned", "content.created", "audit.exported"):
            log.record(kind, actor=sam.as_person(), target=lena.as_person(), detail={})
    kinds = {}
    for group in ("sessions", "people", "rights", "learning", "log", "sign_ins", "nonsense"):
        kinds[group] = [event.kind for event in asked(f"?about={group}").result_list]
    assert kinds == {
        "sessions": ["access.checked"], "people": ["user.changed"], "rights": ["permission_type.assigned"],
        "learning": ["content.created"], "log": ["audit.exported"], "sign_ins": [], "nonsense": [],
    }  # fmt: skip
    assert [event.kind for event in asked("?about=log&kind=user.changed").result_list] == ["user.changed"]
    assert [event.kind for event in asked("?about=people&q=lena").result_list] == ["user.changed"]
    changes = asked("?about=log&kind=audit.exported")
    [groups] = [chip for chip in changes.chips if chip["title"] == "What happened"]
    assert all("kind=" not in choice["query_string"] for choice in groups["choices"])
    assert not changes.shows_more
    assert asked("?outcome=done").shows_more
    assert isinstance(changes, LogChangeList)


def test_days_have_headings():
    today = timezone.localdate()
    assert heading(today).startswith("Today, ")
    assert heading(today - timedelta(days=1)).startswith("Yesterday, ")
    assert heading(today.replace(year=2020, month=5, day=1)) == "Friday 1 May 2020"


def test_a_search_that_finds_nothing_offers_everything(client, asked):
    asked("?q=nothing")
    assert "No event matches." in client.get(f"{LIST}?q=nothing").content.decode()
    assert AuditEvent.objects.count() == 0
    assert "Nothing has been recorded yet." in client.get(LIST).content.decode()


def test_a_doubt_about_any_event_shows_on_its_row(asked, sam, lena):
    form(uuid4(), sam, lena)
    triggers.drop(connection)
    AuditEvent.objects.filter(kind="assumed_session.changed").update(outcome="failed")
    [act] = [act for day in asked().days for act in day.acts]
    assert act.outcome == "Failed"
    assert any(doubt.startswith("Altered") for doubt in act.doubts)


def test_titles_of_items_cost_one_query(asked, client, sam, lena):
    event = make_event("Winter menu")
    counted = []
    for number in (1, 5):
        with log.recording():
            for _time in range(number):
                people = {"actor": sam.as_person(), "target": lena.as_person()}
                log.record("access.checked", detail={"item": f"event-{event.pk}"}, **people)
        asked()
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        counted.append(len(data_queries(captured)))
    assert counted == [11, 11]
