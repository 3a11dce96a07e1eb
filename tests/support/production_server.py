"""The production server as `make serve` starts it, with the database of the test."""

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

from config.settings import BASE_DIR
from tests.impersonation.test_killed import database_url


def options():
    """Return the server's options from the Makefile, without the port and the application, and with two workers."""
    recipe = (BASE_DIR / "Makefile").read_text(encoding="utf-8").partition("bin/granian ")[2].partition("\n\n")[0]
    words = recipe.replace("\\\n", " ").replace("$$(nproc 2>/dev/null || echo 2)", "2").split()
    return [word for word in words if word != "$(PORT)"][:-1]


def threads():
    return int(re.search(r"--blocking-threads (\d+)", " ".join(options()))[1])


@contextmanager
def serving(folder: Path, *, ahead=None):
    """
    Run the server, and yield its port. Files that are too large for memory go to the subfolder `spool`.

    ahead: minutes by which the clock of the server is ahead; the server then has one worker process.
    """
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words, application = options(), "config.wsgi:application"
    words.insert(words.index("--port") + 1, str(port))
    environment = environment_of_processes() | {"TMPDIR": str(folder / "spool")}
    if ahead is not None:
        words[words.index("--workers") + 1] = "1"
        application = "tests.support.shifted_clock:application"
        environment["CLOCK_AHEAD"] = str(ahead)
    (folder / "spool").mkdir(parents=True)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "granian", *words, application],
            cwd=BASE_DIR, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            while not answers(port):
                assert process.poll() is None, (folder / "server.log").read_text()
                time.sleep(0.1)  # because the server needs the processor
            yield port
        finally:
            process.terminate()
            process.wait()


def environment_of_processes():
    """Return the environment of a process that uses the database of the test."""
    return os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}


def run_command(*words, ahead):
    """
    Run a command of manage.py as a process, and return its output. Fail if its exit code is not 0.

    ahead: minutes by which the clock of the process is ahead.
    """
    ran = subprocess.run(
        [sys.executable, "-m", "tests.support.shifted_clock", *words],
        cwd=BASE_DIR, env=environment_of_processes() | {"CLOCK_AHEAD": str(ahead)}, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def answers(port):
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
