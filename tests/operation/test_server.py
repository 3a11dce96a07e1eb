"""The production server (config/server/): where it listens, and what its processes survive."""

import os
import re
import signal
import socket
import subprocess
import threading
from contextlib import ExitStack, closing, contextmanager

import pytest

from config.server import address, supervisor
from config.settings import BASE_DIR
from tests.support import servers
from tests.support.servers import LONGEST, command, free_port, lives, running, service_manager, wait_for

pytestmark = pytest.mark.once
NAMES = ("HOST", "PORT", "WORKERS", "THREADS")


@pytest.fixture
def variables(monkeypatch):
    """Return a function that sets variables of the server, of which there are none else."""
    for name in NAMES:
        monkeypatch.setenv(name, "")

    def set_variables(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_variables


def test_without_variables_the_server_listens_on_this_machine_with_a_worker_for_each_processor(variables):
    assert address.options() == ("127.0.0.1", 8000, len(os.sched_getaffinity(0)), 16)


def test_variables_say_where_and_how_the_server_listens(variables):
    variables(HOST="[::1]", PORT=" 81 ", WORKERS="3", THREADS="1")
    assert address.options() == ("::1", 81, 3, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("HOST", value) for value in ("127.0.0.1:80", "[::1]:80", "http://here", "two words", "[]")],
        *[("PORT", value) for value in ("0", "65536", "-1", "http", "8000.5", "٨٠", "0x50")],
        *[(name, value) for name in ("WORKERS", "THREADS") for value in ("0", "-2", "auto", "5000", "1e2")],
    ],
)
def test_a_bad_value_is_an_error_that_names_the_variable(variables, name, value):
    variables(**{name: value})
    with pytest.raises(address.BadValue, match=f"^{name} must be .*{re.escape(repr(value))}"):
        address.options()


def started(**environment):
    """Run a server that doesn't start, and return its exit code and its error."""
    ran = subprocess.run(
        command(servers.SMALL), cwd=BASE_DIR, env=os.environ | {"WORKERS": "2"} | environment,
        capture_output=True, text=True, timeout=LONGEST,
    )  # fmt: skip
    return ran.returncode, ran.stderr


def test_a_server_with_a_bad_value_ends_with_one_sentence():
    assert started(PORT="eighty") == (2, "PORT must be a number from 1 to 65535, not 'eighty'.\n")


def test_an_address_of_another_machine_is_an_error(tmp_path):
    code, error = started(HOST="192.0.2.1", PORT=str(free_port()))
    assert (code, error.count("\n")) == (1, 1)
    assert "can't listen at 192.0.2.1" in error


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_second_server_does_not_share_the_port_of_the_first(tmp_path, workers):
    with running(tmp_path, WORKERS=workers) as first:
        code, error = started(PORT=str(first.port), WORKERS="2")
        assert (code, error.count("\n")) == (1, 1)
        assert f"can't listen at 127.0.0.1:{first.port} (Address already in use)" in error
        answered = {int(first.get()[1].split()[0]) for _request in range(20)}
        assert answered <= set(first.workers()), "nobody else answers"


def test_a_port_of_another_program_is_taken_even_if_it_would_share_it():
    with closing(socket.socket()) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        code, error = started(PORT=str(other.getsockname()[1]))
    assert code == 1
    assert "is another one running there?" in error


def test_an_application_that_can_not_be_loaded_is_an_error(tmp_path):
    (tmp_path / "broken").touch()
    ran = subprocess.run(
        command(servers.SMALL), cwd=BASE_DIR, capture_output=True, text=True, timeout=LONGEST,
        env=os.environ | {"PORT": str(free_port()), "BROKEN": str(tmp_path / "broken")},
    )  # fmt: skip
    assert ran.returncode == 1
    assert "this application is broken" in ran.stdout + ran.stderr
    assert "the application can't be loaded" in ran.stdout


@pytest.mark.parametrize(
    ("host", "reached"),
    [("[::1]", ["::1"]), ("::", ["::1", "127.0.0.1"]), ("localhost", ["localhost"]), ("0.0.0.0", ["127.0.0.1"])],
)
def test_the_server_listens_at_addresses_of_both_families_and_at_names(tmp_path, host, reached):
    with running(tmp_path, host=host) as here:
        for address in reached:
            status, body = here.get(host=address)
            assert status == 200
            assert int(body.split()[0]) in here.workers()


@contextmanager
def held(here, folder, count):
    """Yield the answers of requests that are in flight until the block ends, and complete afterwards."""
    answers, errors = [], []

    def ask():
        try:
            answers.append(here.get(f"/?held={folder}"))
        except OSError as error:
            errors.append(error)

    with ExitStack() as stack:
        for _each in range(count):
            thread = threading.Thread(target=ask)
            thread.start()
            stack.callback(thread.join)
        stack.callback((folder / "go").touch)
        wait_for(lambda: len(list(folder.glob("held-by-*"))) == count, "the requests in flight", here.process)
        yield answers, errors


def test_a_worker_that_is_killed_is_replaced_and_takes_only_its_own_requests_along(tmp_path):
    with running(tmp_path) as here:
        before = here.workers()
        with held(here, tmp_path, 1) as (_answers, errors):
            victim = int(next(tmp_path.glob("held-by-*")).name.split("-")[2])
            (other,) = set(before) - {victim}
            os.kill(victim, signal.SIGKILL)
            # Nothing is refused meanwhile: what comes for the dead worker waits for its successor.
            served = {int(here.get()[1].split()[0]) for _request in range(20)}
        assert victim not in served
        wait_for(lambda: len(here.workers()) == 2, "the new worker", here.process)
        assert other in here.workers()
        assert len(errors) == 1, "the request that the worker held"
        assert here.stop() == 0


def test_requests_in_flight_are_answered_before_the_server_stops(tmp_path):
    with running(tmp_path) as here:
        with held(here, tmp_path, 3) as (answers, errors):
            here.process.send_signal(signal.SIGTERM)
            wait_for(lambda: not here.listens(), "the end of listening")
            assert here.process.poll() is None
        assert here.process.wait(LONGEST) == 0
    assert ([status for status, _body in answers], errors) == ([200, 200, 200], [])


def test_a_signal_to_the_whole_group_stops_the_server_as_gracefully(tmp_path):
    """So does systemd, unless KillMode=mixed."""
    with running(tmp_path) as here:
        with held(here, tmp_path, 2) as (answers, errors):
            for process in [*here.workers(), here.process.pid]:
                os.kill(process, signal.SIGTERM)
            wait_for(lambda: not here.listens(), "the end of listening")
        assert here.process.wait(LONGEST) == 0
    assert (len(answers), errors) == (2, [])


def test_a_server_that_is_killed_leaves_nobody_on_its_port_and_its_requests_are_answered(tmp_path):
    with running(tmp_path) as here:
        workers = here.workers()
        with held(here, tmp_path, 2) as (answers, errors):
            here.process.kill()
            here.process.wait()
            wait_for(lambda: not here.listens(), "the free port")
            assert any(lives(worker) for worker in workers), "one answers still"
        wait_for(lambda: not any(lives(worker) for worker in workers), "the end of the workers")
    assert (len(answers), errors) == (2, [])


@contextmanager
def load(here, clients):
    """Send requests, each on a connection of its own, until the block ends. Yield counts, which grow meanwhile."""
    counts = {"requests": 0, "lost": 0}
    over, lock = threading.Event(), threading.Lock()

    def ask():
        while not over.is_set():
            try:
                status = here.get()[0]
            except OSError:
                status = 0
            with lock:
                counts["requests"] += 1
                counts["lost"] += status != 200

    with ExitStack() as stack:
        for _client in range(clients):
            thread = threading.Thread(target=ask)
            thread.start()
            stack.callback(thread.join)
        stack.callback(over.set)
        yield counts


@pytest.mark.parametrize("times", [1, pytest.param(20, marks=pytest.mark.long)])
def test_a_renewal_refuses_no_connection_and_loses_no_request(tmp_path, times):
    with running(tmp_path) as here, load(here, 8) as counts:
        for _time in range(times):
            before = set(here.workers())
            here.process.send_signal(signal.SIGHUP)
            wait_for(
                lambda before=before: len(here.workers()) == 2 and not before & set(here.workers()),
                "new workers", here.process,
            )  # fmt: skip
            so_far = counts["requests"]
            wait_for(lambda so_far=so_far: counts["requests"] > so_far + 50, "more requests", here.process)
        assert here.process.poll() is None
    print(f"renewals {times}, requests {counts['requests']}, lost {counts['lost']}")
    assert counts["lost"] == 0


@pytest.mark.long
def test_a_worker_that_is_killed_under_load_loses_only_what_it_held(tmp_path):
    clients, times = 8, 12
    with running(tmp_path) as here, load(here, clients) as counts:
        for _time in range(times):
            before = set(here.workers())
            os.kill(min(before), signal.SIGKILL)
            wait_for(lambda before=before: len(set(here.workers()) | before) == 3, "a new worker", here.process)
            so_far = counts["requests"]
            wait_for(lambda so_far=so_far: counts["requests"] > so_far + 50, "more requests", here.process)
    print(f"kills {times}, requests {counts['requests']}, lost {counts['lost']}")
    assert counts["lost"] <= clients * times
    assert counts["requests"] > 500


def renew(here, manager):
    """Renew the workers, and return when that is over: the service manager hears that the server is ready again."""
    here.process.send_signal(signal.SIGHUP)
    assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=\d+", manager.recv(100))
    assert manager.recv(100) == b"READY=1"


def test_old_workers_stay_if_the_new_application_can_not_be_loaded(tmp_path):
    broken = tmp_path / "broken"
    with (
        service_manager(tmp_path) as manager,
        running(tmp_path, BROKEN=str(broken), NOTIFY_SOCKET=str(tmp_path / "notify")) as here,
    ):
        assert manager.recv(100) == b"READY=1"
        before = here.workers()
        broken.touch()
        renew(here, manager)
        assert "the old workers stay" in here.log()
        assert here.workers() == before
        assert here.get()[0] == 200
        broken.unlink()
        renew(here, manager)
        assert len({*before, *here.workers()}) == 4


def test_a_server_whose_workers_die_again_and_again_stops(tmp_path, monkeypatch):
    broken = tmp_path / "broken"
    with running(tmp_path, BROKEN=str(broken)) as here:
        broken.touch()
        os.kill(here.workers()[0], signal.SIGKILL)
        assert here.process.wait(LONGEST) == 1
        assert f"{supervisor.MOST_FAILURES} workers in a row died" in here.log()
        assert not here.listens()


def test_the_service_manager_is_told_when_all_workers_are_ready(tmp_path):
    with service_manager(tmp_path) as manager, running(tmp_path, NOTIFY_SOCKET=str(tmp_path / "notify")) as here:
        assert manager.recv(100) == b"READY=1"
        renew(here, manager)
        assert here.stop() == 0
        assert manager.recv(100) == b"STOPPING=1"


def test_make_serve_leaves_everything_to_the_environment():
    recipe = (BASE_DIR / "Makefile").read_text(encoding="utf-8").partition("\nserve:")[2].partition("\n\n")[0]
    assert recipe.splitlines()[-1].endswith("exec $(VENV)/bin/python -m config.server")
    makefile = (BASE_DIR / "Makefile").read_text(encoding="utf-8")
    assert not [name for name in NAMES if re.search(rf"^{name}\s*[:?]?=", makefile, re.MULTILINE)]
