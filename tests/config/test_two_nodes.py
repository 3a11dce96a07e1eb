"""Two real servers in front of one database, with clocks five minutes apart, and commands on a third node."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from config.settings import BASE_DIR
from impersonation.models import AssumedSession, Cause
from learning.models import ModuleProgress
from tests.impersonation.test_killed import database_url
from tests.support.assumed import login_as_data
from tests.support.learning_factories import COMPLETE, food_safety, save, submit
from tests.support.production_server import serving
from tests.support.remote import RemoteClient

# On SQLite all processes are on one machine, so they share a clock.
pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def nodes(tmp_path):
    """Return the ports of two servers: the clock of the first is five minutes ahead, that of the second is right."""
    wrong = serving(tmp_path / "ahead", "tests.support.wrong_clock:application", CLOCK_AHEAD="5")
    with wrong as ahead, serving(tmp_path / "right") as right:
        yield ahead, right


def command(*words, ahead):
    """Run a management command on a node with another clock, and return its output."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "CLOCK_AHEAD": str(ahead),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.support.wrong_clock", *words],
        cwd=BASE_DIR, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


class Sam:
    """Sam's browser; each request goes to the other node than the one before."""

    def __init__(self, nodes):
        self.nodes, self.browser = list(nodes), RemoteClient(nodes[0])

    def next_node(self):
        self.nodes.reverse()
        self.browser.port = self.nodes[0]
        return self.browser

    def post(self, name, *args, **data):
        response = self.next_node().post(reverse(name, args=args), data)
        assert response.status_code == 302, (name, response.status_code, response.content.decode())
        return response.url

    def get(self, name):
        response = self.next_node().get(reverse(name))
        assert response.status_code in (200, 302), (name, response.status_code)
        return response

    def sign_in(self):
        self.post("account_login", login="sam@harbour.example", password="standin-demo")

    def start(self, lena):
        assert self.post("login_as", lena.pk, **login_as_data()) == reverse("dashboard")
        return AssumedSession.objects.latest("started_at")


def test_two_nodes_with_clocks_five_minutes_apart_do_the_main_job(nodes, sam, lena):
    module, browser = food_safety(), Sam(nodes)
    began = timezone.now()
    browser.sign_in()
    session = browser.start(lena)
    assert save(browser.next_node(), module, **COMPLETE).status_code == 302
    assert submit(browser.next_node(), module, **COMPLETE).status_code == 302
    assert command("send_notices", ahead=-5) == "1 sent, 0 failed, 0 given up"
    assert command("send_notices", ahead=5) == "0 sent, 0 failed, 0 given up"
    assert 14 <= AssumedSession.objects.get().minutes_left <= 15
    browser.post("assumed_session_stay")
    assert "ended=exit" in browser.post("assumed_session_exit")
    session.refresh_from_db()
    progress = ModuleProgress.objects.get()
    ended = timezone.now()
    times = [began, session.started_at, progress.started_at, progress.submitted_at, session.ended_at, ended]
    assert times == sorted(times)
    assert session.cause == Cause.EXIT
    assert command("verify_audit", ahead=5)


def test_limits_of_time_hold_whichever_node_is_asked(nodes, sam, lena):
    browser = Sam(nodes)
    for minutes, cause in ((61, Cause.TIME_LIMIT), (16, Cause.IDLE)):
        for _node in nodes:
            browser.sign_in()
            session = browser.start(lena)
            put_back = {name: F(name) - minutes * MINUTE for name in ("started_at", "last_active_at")}
            if cause == Cause.TIME_LIMIT:
                put_back["last_active_at"] = F("last_active_at")
            AssumedSession.objects.filter(pk=session.pk).update(**put_back)
            assert f"ended={cause}" in browser.get("dashboard").url
            session.refresh_from_db()
            assert (session.cause, abs(timezone.now() - session.ended_at) < MINUTE) == (cause, True)


def test_a_command_on_a_node_with_a_wrong_clock_ends_what_expired_and_nothing_else(nodes, sam, lena):
    browser = Sam(nodes)
    browser.sign_in()
    session = browser.start(lena)
    for ahead in (14, 600, -600):
        command("end_lapsed_sessions", ahead=ahead)
        assert browser.get("dashboard").status_code == 200
    AssumedSession.objects.update(last_active_at=F("last_active_at") - 16 * MINUTE)
    command("end_lapsed_sessions", ahead=-600)
    session.refresh_from_db()
    assert session.cause == Cause.IDLE
    ends = AuditEvent.objects.filter(kind="assumed_session.ended")
    assert ends.count() == 1
