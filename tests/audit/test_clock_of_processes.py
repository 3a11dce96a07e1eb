"""Production servers and commands whose clocks differ by minutes, as processes in front of one database."""

import re
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from audit.models import AuditEvent
from impersonation.models import AssumedSession, Cause, Notice
from learning.models import ModuleProgress
from tests.support.assumed import login_as_data
from tests.support.http_browser import Browser
from tests.support.learning_factories import COMPLETE, answers, food_safety
from tests.support.production_server import run_command, serving

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)
AHEAD, RIGHT, BEHIND = 5, 0, -5  # minutes; the commands run on the machine whose clock is behind
TIMES = {
    AssumedSession: ["started_at", "last_active_at", "ended_at"],
    ModuleProgress: ["started_at", "submitted_at"],
    Notice: ["sent_at"],
}
EXIT, STAY = "assumed_session_exit", "assumed_session_stay"


def minutes_off():
    """
    Return by how many minutes stored times and limits may be wrong.

    SQLite has no clock of its own, so processes whose clocks differ store times that differ as much. Still no request
    fails, and no session or module ends before it began.
    """
    return 0 if connection.vendor == "postgresql" else AHEAD


def right_now():
    """Return the time of the database's clock."""
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def stored_times():
    """Return the times that requests and commands store, by model, key and field."""
    return {
        (model.__name__, row["pk"], name): row[name]
        for model, names in TIMES.items()
        for row in model.objects.values("pk", *names)
        for name in names
        if row[name]
    }


class Walk:
    """A walk of one browser through several servers, with commands in between; each step checks the stored times."""

    def __init__(self, ports):
        self.addresses = {ahead: f"http://127.0.0.1:{port}" for ahead, port in ports.items()}
        self.browser = Browser("")

    @contextmanager
    def step(self, ahead):
        """
        Use the machine whose clock is ahead by these minutes, and check each time that it stores.

        A stored time lies between the beginning and the end of the step, by the clock of the database. Because steps
        follow each other, times rise in the order of the steps.
        """
        known, head, began = stored_times(), AuditEvent.objects.count(), right_now()
        self.browser.address = self.addresses.get(ahead)
        yield self.browser
        earliest, latest, off = began - MINUTE, right_now() + MINUTE, minutes_off() * MINUTE
        for where, at in stored_times().items():
            assert known.get(where) == at or earliest - off <= at <= latest + off, (where, at, earliest, latest)
        for event in AuditEvent.objects.filter(seq__gt=head):
            # The log keeps the machine's own time, so that a wrong clock shows.
            assert earliest <= event.at - ahead * MINUTE <= latest, (event.kind, event.at, earliest, latest)

    def open(self, ahead, path):
        with self.step(ahead) as browser:
            return self.good(browser.open(path))

    def send(self, ahead, path, data, *, page=None):
        with self.step(ahead) as browser:
            return self.good(browser.send(path, data, page=page))

    def run(self, *words):
        with self.step(BEHIND):
            return run_command(*words, ahead=BEHIND)

    def good(self, response):
        """Check that nothing failed, redirects included; return path and text of the page."""
        page = response.body.decode()
        assert response.status == 200, (response.url, response.status, page)
        return response.url.removeprefix(self.browser.address).partition("?")[0], page

    def sign_in(self, ahead, person):
        data = {"login": person.email, "password": "standin-demo"}
        assert self.send(ahead, reverse("account_login"), data)[0] in (reverse("dashboard"), reverse("user_list"))

    def confirm(self, ahead):
        """Re-authenticate by password."""
        self.send(ahead, reverse("confirm_identity"), {"password": "standin-demo"})

    def start(self, ahead, person):
        """Start an assumed session, and return it."""
        address = reverse("login_as", args=[person.pk])
        path, page = self.send(ahead, address, login_as_data())
        assert path == reverse("dashboard"), path
        assert_all_minutes_are_left(page)
        return AssumedSession.objects.live().get()


@pytest.fixture
def walk(transactional_db, tmp_path):
    with ExitStack() as stack:
        yield Walk(
            {ahead: stack.enter_context(serving(tmp_path / str(ahead), ahead=ahead)) for ahead in (AHEAD, RIGHT)}
        )


def assert_all_minutes_are_left(page):
    """
    Check that the bar of the page shows all minutes of the idle limit.

    It may show a sixteenth minute, because a slow machine measures its clock some seconds late (audit/clock.py).
    """
    left = int(re.search(r"<span data-minutes>(\d+)</span>", page)[1])
    assert 14 - minutes_off() <= left <= 16 + minutes_off()


def put_back(session, **minutes):
    """Change times of a live session to these minutes ago."""
    now = right_now()
    times = {name: now - count * MINUTE for name, count in minutes.items()}
    assert AssumedSession.objects.live().filter(pk=session.pk).update(**times)


def end_of(session):
    """Return the cause of the end; fail if the session has not ended, or ended before it began."""
    session.refresh_from_db()
    assert session.ended_at >= session.started_at
    return session.cause


def test_servers_and_commands_with_other_clocks_do_the_main_job_together(walk, sam, lena):
    module, off = food_safety(), minutes_off()
    at_module, sign_in_page = module.get_absolute_url(), reverse("account_login")

    # Sign in, start, save, submit, stay and exit, on one server after the other
    walk.sign_in(AHEAD, sam)
    walk.confirm(AHEAD)
    path, _page = walk.open(RIGHT, reverse("login_as", args=[lena.pk]))
    if off:  # a proof by a clock ahead lies in the future
        assert path == reverse("confirm_identity")
        walk.confirm(RIGHT)
    session = walk.start(RIGHT, lena)
    for ahead, name in ((AHEAD, "module_save"), (RIGHT, "module_submit")):
        _path, page = walk.open(ahead, at_module)
        shown = {"shown": re.findall(r'name="shown" value="([^"]+)"', page)}
        _path, page = walk.send(
            ahead, reverse(name, args=[module.pk]), answers(module, **COMPLETE) | shown, page=at_module
        )
        assert_all_minutes_are_left(page)
    progress = ModuleProgress.objects.get(user=lena)
    assert progress.started_at <= progress.submitted_at
    _path, page = walk.send(AHEAD, reverse(STAY), {}, page=reverse("dashboard"))
    assert re.search(r"1[456] minutes are left\.", page)
    assert walk.send(RIGHT, reverse(EXIT), {}, page=reverse("dashboard"))[0] == sign_in_page
    assert end_of(session) == Cause.EXIT

    # A clock that is ahead ends no session early; a session that reached its time limit ends
    walk.sign_in(RIGHT, sam)
    session = walk.start(AHEAD, lena)
    put_back(session, started_at=57 - off, last_active_at=12 - off)
    walk.open(AHEAD, reverse("help_login_as"))
    assert AssumedSession.objects.live().filter(pk=session.pk).exists()
    put_back(session, started_at=61 + off)
    path, page = walk.open(RIGHT, at_module)
    assert path == sign_in_page
    assert str(Cause.TIME_LIMIT.label) in page
    assert end_of(session) == Cause.TIME_LIMIT

    # A command whose clock is behind ends an idle session, and sends each notice
    walk.sign_in(RIGHT, sam)
    session = walk.start(AHEAD, lena)
    put_back(session, started_at=19 + off, last_active_at=18 + off)
    assert walk.run("end_lapsed_sessions").splitlines() == ["idle: 1", "ended: 1"]
    assert end_of(session) == Cause.IDLE
    path, page = walk.open(AHEAD, at_module)
    assert path == sign_in_page
    assert str(Cause.IDLE.label) in page

    assert walk.run("send_notices").strip() == "3 sent, 0 failed, 0 given up"
    said = walk.run("verify_audit")
    assert "the clock went back" in said
    assert said.strip().endswith(": clean")
