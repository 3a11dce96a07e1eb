"""The log at any length: built with a valid chain, read a page at a time, and never counted as a whole."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import log, triggers
from audit.admin import search
from audit.kinds import Kind
from audit.models import AuditEvent, AuditText
from audit.verification.checker import verify
from demo import audit as demo_audit
from tests.support.assumed import data_queries, sign_in

pytestmark = pytest.mark.django_db
LIST = "/admin/audit/auditevent/"


@pytest.fixture
def asked(client, audrey):
    """Audrey's list as the numbers on it, and its change list, for a query."""
    sign_in(client, audrey)

    def ask(query=""):
        response = client.get(LIST + query)
        assert response.status_code == 200
        changes = response.context["cl"]
        return [event.seq for event in changes.result_list], changes

    return ask


@pytest.fixture
def helped(sam, rita, lena, max_):
    """Sam for Lena (1), Rita for Max (2), Sam for Max (3); and 120 more of no matter."""
    with log.recording():
        for actor, target, text in (
            (sam, lena, "The oven course is locked"),
            (rita, max_, "The rota is empty for Lena"),
            (sam, max_, "The oven film turns"),
        ):
            said = {"category": "other", "text": text, "ticket": f"SUP-{target.pk}"}
            log.record(Kind.ACCESS_CHECKED, actor=actor.as_person(), target=target.as_person(), reason=said)
        for _ in range(120):
            log.record(Kind.USERS_IMPORTED, detail={"rows": 1})


def test_older_and_newer_pages_show_every_event_once(asked, helped):
    seen, query = [], ""
    while True:
        numbers, changes = asked(query)
        seen += numbers
        if not changes.has_older:
            break
        query = changes.older
    assert seen == list(range(123, 0, -1))
    assert asked(changes.newer)[0] == list(range(73, 23, -1))
    assert asked("?after=100")[0] == list(range(123, 73, -1)), "too few are newer: the newest page, whole"
    assert asked("?before=x&after=-1&p=7")[0][0] == 123
    assert (asked()[1].counted, asked("?before=51")[1].counted) == ("123 audit events", "Numbers 50 to 1")
    assert asked("?kind=user.imported")[1].counted == "More than 50 audit events"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("oven", [3, 1]),
        ("oven course", [1]),
        ("oven course oven", [1]),
        ("sam", [3, 1]),
        ("lena", [2, 1]),
        ("sam lena", [1]),
        ("lena sam oven", [1]),
        ("rita lena", [2]),
        ("max rota", [2]),
        ("Sam Okafor", [3, 1]),
        ("max@harbour.example", [3, 2]),
        ("oven rota", []),
        ("#2 max", [2]),
        ("#2 oven", []),
        ("actor:sam", [3, 1]),
        ("actor:lena", []),
        ("target:lena", [1]),
        ("Actor:SAM target:max", [3]),
        ("actor:sam actor:okafor course", [1]),
        ("actor:sam actor:holm", []),
        ("target:max@harbour.example rota", [2]),
        ("actor:nobody oven", []),
        ("actor: oven", []),
        ("lena actor:rita", [2]),
        ("sam okafor oven lena", [1]),
    ],
)
def test_prefix_names_a_person_and_plain_word_a_person_or_the_reason(asked, helped, words, found):
    address = "?q=" + words.replace(" ", "+").replace("#", "%23")
    numbers, changes = asked(address)
    assert numbers == found
    assert sorted(changes.everything().values_list("seq", flat=True), reverse=True) == found, "the export differs"


def test_who_has_no_account_any_more_is_found_by_name_in_the_newest_events(asked, helped, max_):
    max_.delete()
    assert asked("?q=max")[0] == [3, 2]
    assert asked("?q=target:max+rota")[0] == [2]
    assert asked("?q=actor:max")[0] == []


def test_altered_text_does_not_break_the_search(asked, helped, max_):
    max_.delete()
    triggers.drop(connection)
    AuditText.objects.filter(event=3, part="target").update(text="Max, and no JSON")
    assert asked("?q=max")[0] == [3, 2]


def test_name_of_too_many_people_finds_nobody_and_says_so(asked, helped, monkeypatch):
    monkeypatch.setattr(search, "MOST_PEOPLE", 0)
    for query in ("?q=actor:sam", "?q=sam"):
        numbers, changes = asked(query)
        assert (numbers, len(changes.search.notes)) == ([], 1), query
    assert "sam" in changes.search.notes[0]


def test_words_that_no_index_has_are_looked_for_in_the_newest_reasons_only_and_the_page_says_so(
    asked, helped, monkeypatch
):
    assert asked("?q=ov")[0] == [3, 1]
    monkeypatch.setattr(search, "NEWEST_REASONS", 121)
    numbers, changes = asked("?q=ov")
    said = ["Words of reasons are looked for in the newest 121 events only."]
    assert (numbers, changes.search.notes) == ([3], said)
    numbers, changes = asked("?q=oven")
    assert (numbers, changes.search.notes) == (([3, 1], []) if connection.vendor == "postgresql" else ([3], said))


def test_what_is_asked_for_on_an_older_page_is_looked_for_in_all(asked, helped, client):
    _numbers, changes = asked("?before=60")
    assert changes.get_query_string({"q": "oven"}) == "?q=oven"
    assert 'name="before"' not in client.get(f"{LIST}?before=60").content.decode()
    newest = AuditEvent.objects.latest("seq").seq
    assert asked(f"?after={newest - 3}")[1].counted == f"{newest} audit events"
    assert asked("?before=1")[1].counted == "0 audit events"


def test_dates_hold_whole_days_of_the_reader(asked, helped):
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    assert asked(f"?since={today}")[0][0] == asked(f"?until={today}")[0][0] == 123
    assert asked(f"?until={yesterday}")[0] == asked(f"?since={today + timedelta(days=1)}")[0] == []
    assert asked(f"?since={today}&until={today}&kind=access.checked")[0] == [3, 2, 1]
    assert asked("?since=nonsense&until=9999-12-31")[0][0] == 123


def test_one_person_is_a_filter(asked, helped, sam, max_):
    assert asked(f"?actor={sam.pk}")[0] == [3, 1]
    assert asked(f"?actor={sam.pk}&target={max_.pk}")[0] == [3]
    assert asked("?actor=99999999")[0] == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 10),
        ("?before=60", 10),
        ("?kind=user.imported", 10),
        ("?about=people", 10),
        ("?q=lena", 11),
        ("?q=sam+oven", 14),
        ("summary/", 10),
    ],
)
def test_the_pages_ask_a_fixed_number_of_questions(asked, helped, client, query, count):
    extra = 1 if query.startswith(("?q=", "?about=")) and connection.vendor == "postgresql" else 0
    with CaptureQueriesContext(connection) as captured:
        client.get(LIST + query)
    statements = data_queries(captured)
    assert len(statements) == count + extra, "\n".join(sql[:200] for sql in statements)
    assert not any("COUNT(" in sql and "WHERE" not in sql for sql in statements)


def test_a_generated_log_goes_on_from_the_chain_there_is_and_verifies(
    monkeypatch, settings, tmp_path, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(demo_audit, "BATCH", 400)
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    said = io.StringIO()
    with django_capture_on_commit_callbacks(execute=True):
        call_command("seed_demo", audit_events=1_000, stdout=said)  # with the demo's story more than FRESH
        before = AuditEvent.objects.count()
        call_command("seed_demo", audit_events=300, stdout=said)
    assert before > demo_audit.FRESH
    assert AuditEvent.objects.count() == before + 300
    assert "Audit events: 1000 of 1000," in said.getvalue()
    assert "Audit events: 300 of 300," in said.getvalue()
    report = verify((tmp_path / "anchors").read_text().splitlines())
    assert (report.exit_code, report.events) == (0, before + 300)
    assert report.warnings == [(before - 999, "the clock went back")]


def test_indexes_that_are_out_of_the_way_of_a_long_log_come_back(monkeypatch):
    on_sqlite = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name LIKE 'audit%'"
    is_postgresql = connection.vendor == "postgresql"

    def indexes():
        with connection.cursor() as cursor:
            cursor.execute(demo_audit.INDEXES if is_postgresql else on_sqlite)
            return set(cursor.fetchall())

    call_command("seed_demo", stdout=io.StringIO())
    monkeypatch.setattr(demo_audit, "BATCH", 100)
    before, seen = indexes(), []
    assert any("STATISTICS" in str(statement) for _name, statement in before) == is_postgresql
    with pytest.raises(KeyboardInterrupt):
        for reached in demo_audit.generate(AuditEvent.objects.count() + 200):  # longer than what is there
            seen.append(len(indexes()))
            if reached == 200:
                raise KeyboardInterrupt
    assert seen == ([0, 0] if is_postgresql else [len(before)] * 2)
    assert indexes() == before


def test_a_generated_log_tells_of_two_years_of_whole_sessions():
    call_command("seed_demo", stdout=io.StringIO())
    loaded = AuditEvent.objects.count()
    call_command("seed_demo", audit_events=900, stdout=io.StringIO())
    generated = AuditEvent.objects.filter(seq__gt=loaded, kind__startswith="assumed_session").order_by("seq")
    times = list(generated.values_list("at", flat=True))
    assert timedelta(days=600) < times[-1] - times[0] < timedelta(days=731)
    assert times[-1] <= timezone.now()
    kinds = set(AuditEvent.objects.filter(seq__gt=loaded).values_list("kind", flat=True))
    assert {
        f"assumed_session.{word}" for word in ("started", "request", "changed", "outcome", "ended", "refused")
    } < kinds
    started, ended = (
        generated.filter(kind=kind) for kind in (Kind.ASSUMED_SESSION_STARTED, Kind.ASSUMED_SESSION_ENDED)
    )
    assert started.count() > 40
    assert set(ended.values_list("assumed_session")) <= set(started.values_list("assumed_session"))
    assert started.values("texts__text").filter(texts__part="reason").distinct().count() > 40
