"""PostgreSQL clusters with a company of their own, a server in front of them, and load on it."""

import http.client
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlencode

import postgres

from config.settings import BASE_DIR
from tests.support import servers

SECRET = "a" * 32
# Short limits, so that a test of silence is over soon. The order of the defaults is kept.
SHORT = {
    "DATABASE_CONNECT_SECONDS": "2",
    "DATABASE_LOCK_SECONDS": "1",
    "DATABASE_STATEMENT_SECONDS": "2",
    "DATABASE_ANSWER_SECONDS": "3",
}


def environment(url, **more):
    """Return the environment of a process that uses the database of the URL."""
    return os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"} | more


def python(url, *words, **more):
    """Run Python with the database of the URL, and return what it printed. Fail if its exit code is not 0."""
    command = [sys.executable, *words]
    ran = subprocess.run(command, cwd=BASE_DIR, env=environment(url, **more), capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    return ran.stdout


@contextmanager
def company(*, pairs=2, events=50, **options):
    """Yield a cluster with a migrated database, and its people (tests/support/pressed_company.py)."""
    with postgres.temporary(place=postgres.memory(), on_tcp=True, **options) as cluster:
        create_database(cluster, "standin")
        python(cluster.url(), "manage.py", "migrate", "--verbosity", "0")
        yield cluster, people(cluster.url(), pairs=pairs, events=events)


def people(url, *, pairs, events):
    """Make the people of a migrated database, and return them."""
    return json.loads(python(url, "-m", "tests.support.pressed_company", "people", str(pairs), str(events)))


def create_database(cluster, name):
    import psycopg

    with closing(psycopg.connect(cluster.conninfo("tests") + " dbname=postgres", autocommit=True)) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')


def state(url):
    return json.loads(python(url, "-m", "tests.support.pressed_company", "state"))


class Server:
    """A running server (tests/support/servers.py), asked by browsers with session keys."""

    def __init__(self, server):
        self.port, self.process, self.log, self.workers = server.port, server.process, server.path, server.workers

    def ask(self, path, *, key="", data=None):
        """Ask as the browser with this session key. Return the status, the text and Retry-After."""
        headers = {"Cookie": f"sessionid={key}; csrftoken={SECRET}" if key else f"csrftoken={SECRET}"}
        body = None
        if data is not None:
            body = urlencode(data | {"csrfmiddlewaretoken": SECRET})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as line:
            line.request("GET" if data is None else "POST", path, body, headers)
            answer = line.getresponse()
            return answer.status, answer.read().decode(), answer.getheader("Retry-After")


@contextmanager
def serving(url, folder: Path, *, threads=4, **more):
    """Run the production server, one process with some threads, which asks the database of the URL."""
    values = environment(url, WORKERS="1", THREADS=str(threads)) | more
    with servers.running(folder, servers.DJANGO, **values) as server:
        yield Server(server)


class Load:
    """Supporters who register learners for events on their behalf, one thread each, until they are told to stop."""

    def __init__(self, server, people):
        self.server, self.people = server, people
        self.statuses = Counter()
        self.acknowledged = set()
        self.since = Counter()  # acknowledged writes by stage
        self.stage, self.is_over = "", Event()
        self.threads = [Thread(target=self.work, args=[pair]) for pair in people["pairs"]]

    def work(self, pair):
        for event in self.people["events"]:
            status = 0
            while status != 302 and not self.is_over.is_set():
                stage = self.stage
                try:
                    status, _said, _after = self.server.ask(f"/events/{event}/register/", key=pair["key"], data={})
                except OSError:
                    status = -1
                self.statuses[status] += 1
                if status == 302:
                    self.acknowledged.add((pair["target"], event))
                    self.since[stage] += 1
            if self.is_over.is_set():
                return

    def reach(self, stage, *, writes):
        """Go on to the next stage, and return when it has acknowledged a number of writes."""
        self.stage = stage
        while self.since[stage] < writes:
            assert any(thread.is_alive() for thread in self.threads), "the load ended before it should"
            self.threads[0].join(0.02)

    def meet(self, status, *, times):
        """Return when this number of requests from now on got this status."""
        before = self.statuses[status]
        while self.statuses[status] < before + times:
            assert any(thread.is_alive() for thread in self.threads), "the load ended before it should"
            self.threads[0].join(0.02)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        self.stop()

    def stop(self):
        """Let every request that is on its way be answered, and send no other one."""
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def assert_nothing_is_missing(self, stored, *, what):
        """Each acknowledged write is stored and on record, each stored one is on record, and the log is whole."""
        there = {tuple(each) for each in stored["registrations"]}
        lost = self.acknowledged - there
        on_record = dict(map(tuple, stored["changed"]))
        without_event = sum(count - on_record.get(user, 0) for user, count in Counter(u for u, _ in there).items())
        print(
            f"{what}: requests {self.statuses.total()} ({dict(self.statuses)}), acknowledged {len(self.acknowledged)}, "
            f"lost {len(lost)}, without their event {without_event}"
        )
        assert (lost, without_event, stored["verified"]) == (set(), 0, 0)
        assert set(self.statuses) <= {302, 503}, self.statuses
