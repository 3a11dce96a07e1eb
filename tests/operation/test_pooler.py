"""A pooler in transaction mode: the main job through two connections, and what an operator who forgot is told."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.settings import BASE_DIR
from tests.support import poolers, pressure
from tests.support.assumed import login_as_data

# The first pooler of this machine; `make test-long` tries all that are there, of which the small one always is.
FOUND = poolers.find()
POOLERS = [FOUND[0], *(pytest.param(name, marks=pytest.mark.long) for name in FOUND[1:])]
pytestmark = [pytest.mark.once, pytest.mark.parametrize("pooler", POOLERS)]
POOLED = {"DATABASE_POOLER": "transaction"}
IGNORES = "ignore_startup_parameters = options"


@pytest.fixture(scope="module")
def company():
    with pressure.company(pairs=6, events=40) as made:
        yield made


def test_the_main_job_runs_in_many_threads_on_two_connections(pooler, company, tmp_path):
    cluster, people = company
    with (
        poolers.running(pooler, cluster) as url,
        pressure.serving(url, tmp_path, threads=8, **POOLED) as server,
        ThreadPoolExecutor(6) as pool,
    ):
        done = list(pool.map(lambda pair: main_job(server, pair, people["events"]), people["pairs"]))
    counts = {sum(statuses.count(status) for statuses in done) for status in (500, 503)}
    assert counts == {0}, server.log.read_text()[-3000:]
    assert all(statuses[-2:] == [302, 302] for statuses in done), done
    stored = pressure.state(cluster.url())
    assert (stored["verified"], stored["sessions"]) == (0, 2 * len(people["pairs"]))
    assert {(pair["target"], event) for pair in people["pairs"] for event in people["events"]} <= {
        tuple(each) for each in stored["registrations"]
    }
    assert {count for _user, count in stored["changed"]} == {len(people["events"])}


def main_job(server, pair, events):
    """Look, register on behalf, exit; then a second supporter starts a session for the same learner."""
    statuses = []
    for event in events:
        statuses.append(server.ask("/", key=pair["key"])[0])
        statuses.append(server.ask(f"/events/{event}/register/", key=pair["key"], data={})[0])
    statuses.append(server.ask("/users/", key=pair["waiting"])[0])
    statuses.append(server.ask("/assumed-session/exit/", key=pair["key"], data={})[0])
    statuses.append(server.ask(f"/users/{pair['target']}/login-as/", key=pair["waiting"], data=login_as_data())[0])
    return statuses


@pytest.mark.parametrize("more", ["", IGNORES], ids=["refuses our limits", "ignores our limits"])
def test_without_the_setting_the_first_connection_says_what_to_set(pooler, more, company, tmp_path):
    with poolers.running(pooler, company[0], more=more) as url:
        with pressure.serving(url, tmp_path) as server:
            assert server.ask("/", key=company[1]["pairs"][0]["key"])[0] == 500
        assert "set DATABASE_POOLER=transaction" in server.log.read_text()


def test_a_command_says_it_too(pooler, company):
    with poolers.running(pooler, company[0]) as url:
        command = [sys.executable, "manage.py", "verify_audit"]
        environment = pressure.environment(url)
        ran = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    assert ran.returncode != 0
    assert "set DATABASE_POOLER=transaction" in ran.stderr


@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_long_reads_work_through_it(pooler, mode, company):
    with poolers.running(pooler, company[0], mode=mode) as url:
        assert "clean" in pressure.python(url, "manage.py", "verify_audit", DATABASE_POOLER=mode)
        code = "from accounts.models import User; print(len([user for user in User.objects.iterator(chunk_size=2)]))"
        assert pressure.python(url, "manage.py", "shell", "--no-imports", "-c", code, DATABASE_POOLER=mode) == "18\n"
