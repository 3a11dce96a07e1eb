"""What the machine does to an assumed session: killed half-way, its database gone and back."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections import Counter
from contextlib import closing, contextmanager
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from config.settings import BASE_DIR
from impersonation.models import AssumedSession
from learning.models import Event, Registration
from tests.support.assumed import events, log_in_as, login_as_data, sign_in
from tests.support.killed_half_way import ROUNDS_AT_MOST

# By this name the database knows the connections of the server that is under test.
ITS_CONNECTIONS = "server-under-test"


def database_url():
    """Return the address of the database that this test itself uses."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def killed_at_every_step(what, actor, target):
    """Return what the database holds after each round; the last one was not killed."""
    command = [sys.executable, "-m", "tests.support.killed_half_way", what, actor.pk, target.pk, Event.objects.get().pk]
    environment = {**os.environ, "DATABASE_URL": database_url()}
    ran = subprocess.run([str(word) for word in command], cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    rounds = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [bool(found["killed"]) for found in rounds] == [True] * (len(rounds) - 1) + [False]
    assert len(rounds) < ROUNDS_AT_MOST
    return rounds


def assert_nothing_half_way(found):
    """No session without its start, no end without its cause, no change without its trace, and the chain is whole."""
    assert found["verified"] == 0
    kinds = Counter(tuple(event) for event in found["events"])
    live = 0
    for session, is_live, cause, has_browser_session in found["sessions"]:
        assert kinds.pop((session, "assumed_session.started")) == 1
        assert kinds.pop((session, "assumed_session.ended"), 0) == (0 if is_live else 1)
        assert bool(cause) == (not is_live)
        assert has_browser_session or not is_live
        live += is_live
        requested, changed, outcome = (
            kinds.pop((session, f"assumed_session.{kind}"), 0) for kind in ("request", "changed", "outcome")
        )
        assert requested >= outcome >= changed
    assert not kinds, "events of no session"
    assert live <= 1
    changed = sum(kind == "assumed_session.changed" for _session, kind in found["events"])
    assert changed == found["registrations"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("what", "steps"),
    [
        ("start", 6),
        *(pytest.param(what, steps, marks=pytest.mark.long) for what, steps in (("request", 6), ("exit", 5))),
    ],
)
def test_killed_at_any_step_it_leaves_nothing_half_way(what, steps, sam, lena, catalogue):
    rounds = killed_at_every_step(what, sam, lena)
    assert len(rounds) > steps, "fewer kills than there are steps"
    for found in rounds:
        assert_nothing_half_way(found)
    before, after = rounds[-2], rounds[-1]
    if what == "start":
        # Not one of the killed starts left a session, not even the one killed just before its commit.
        assert [len(found["sessions"]) for found in (before, after)] == [0, 1]
    elif what == "exit":
        assert after["sessions"][-1][1:] == [False, "exit", False]
    else:
        # What the view changes and its trace come with one commit; only the message for the screen is stored later.
        there = [found["registrations"] for found in rounds]
        assert (there == sorted(there), there[:steps], there[-1]) == (True, [0] * steps, 1)


@contextmanager
def failing(number, *, and_after):
    """Fail at this statement of the block; and_after: at each later one too."""
    asked = 0

    def fail(execute, sql, params, many, context):
        nonlocal asked
        asked += 1
        if asked == number or (and_after and asked > number):
            raise OperationalError("the server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("and_after", [True, False], ids=["gone", "gone for a moment"])
@pytest.mark.parametrize(("method", "page"), [("GET", "module_list"), ("POST", "event_register")])
def test_whatever_fails_of_the_database_nobody_falls_through_to_sam(
    client, sam, lena, catalogue, method, page, and_after
):
    log_in_as(client, sam, lena)
    client.raise_request_exception = False
    address = reverse(page, args=[Event.objects.get().pk] if method == "POST" else [])
    plain, failed = 0, 0
    for number in range(1, 40):
        with failing(number, and_after=and_after):
            response = client.generic(method, address)
        said = response.content.decode()
        assert ("Sam Okafor" in said) <= ("You're in <strong>" in said), number
        if response.status_code < 400:
            break
        failed += 1
        if response.status_code == 503 and "It can't be recorded right now" not in said:
            plain += 1
            assert "Something went wrong" in said
            assert not {"Lena", "Sam", "OperationalError", "closed the connection"} & set(
                said.replace("<", " ").split()
            )
            assert not response.cookies
        assert set(Registration.objects.values_list("user", flat=True)) <= {lena.pk}
    assert (failed > 2, plain > 1) == (True, and_after)
    assert AssumedSession.objects.live().count() == 1
    assert client.get(reverse("module_list")).wsgi_request.user == lena


class Server:
    """The production server, one process with one connection to the database that the test itself uses."""

    def __init__(self, log):
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        address = database_url()
        if connection.vendor == "postgresql":
            address += f"{'&' if '?' in address else '?'}application_name={ITS_CONNECTIONS}"
        environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        environment |= {"HOST": "127.0.0.1", "PORT": str(self.port), "WORKERS": "1", "THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.server"],
            cwd=BASE_DIR, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def ask(self, path, client, data=None):
        """Ask as the browser of this client; its forms carry the secret of its cookie."""
        secret = "a" * 32
        headers = {"Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={secret}"}
        body = None
        if data is not None:
            body = urlencode(data | {"csrfmiddlewaretoken": secret})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as line:
            line.request("GET" if data is None else "POST", path, body, headers)
            answer = line.getresponse()
            return answer.status, answer.read().decode(), answer.getheader("Set-Cookie")


@pytest.fixture
def server(transactional_db, tmp_path):
    with (tmp_path / "server.log").open("wb") as log:
        server = Server(log)
        while True:
            assert server.process.poll() is None, (tmp_path / "server.log").read_text()
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", server.port)) == 0:
                    break
        yield server
        server.process.terminate()
        server.process.wait()


@contextmanager
def database_away():
    """PostgreSQL lets nobody in any more, and hangs up on the server."""
    import psycopg

    mine = connection.get_connection_params()
    address = {key: mine[key] for key in ("host", "port", "user", "password") if mine.get(key)}
    elsewhere = psycopg.connect(**address, dbname="postgres")
    elsewhere.autocommit = True
    allow = f'ALTER DATABASE "{mine["dbname"]}" WITH ALLOW_CONNECTIONS '
    with closing(elsewhere):
        elsewhere.execute(allow + "false")
        try:
            yield hang_up()
        finally:
            elsewhere.execute(allow + "true")


def hang_up():
    """End every connection of the server's, as a restart does; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [ITS_CONNECTIONS],
        )
        return len(cursor.fetchall())


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_database_goes_away_and_comes_back(server, client, sam, lena, rita):
    log_in_as(client, sam, lena)
    ritas = Client()
    sign_in(ritas, rita)
    start = reverse("login_as", args=[lena.pk])

    def assert_sam_is_in_lenas_place():
        status, said, _cookie = server.ask("/", client)
        assert (status, "You're in <strong>" in said, "Hello, Lena" in said) == (200, True, True)

    assert_sam_is_in_lenas_place()
    assert hang_up() == 1
    assert_sam_is_in_lenas_place()
    with database_away() as hung_up:
        assert hung_up == 1
        for path, data in (("/", None), ("/users/", None), ("/assumed-session/exit/", {}), (start, login_as_data())):
            status, said, cookie = server.ask(path, ritas if path == start else client, data)
            assert (status, cookie) == (503, None), path
            assert "Something went wrong" in said
            assert not [word for word in ("Lena", "Sam", "Rita", "psycopg", "Traceback") if word in said]
        assert server.ask("/readyz", client)[0] == 503
        assert server.ask("/healthz", client)[0] == 200
    assert AssumedSession.objects.get().actor_id == sam.pk
    assert_sam_is_in_lenas_place()
    assert server.ask(start, ritas, login_as_data())[0] == 302
    assert [event.actor_id for event in events("assumed_session.started")] == [sam.pk, rita.pk]
