"""The production server as `make serve` starts it, with the database of the test."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from config.server.address import options
from config.settings import BASE_DIR
from tests.impersonation.test_killed import database_url
from tests.support import servers


def threads():
    """Return the number of requests that a worker answers at the same time."""
    return options().threads


@contextmanager
def serving(folder: Path, *, ahead=None):
    """
    Run the server, and yield its port. Files that are too large for memory go to the subfolder `spool`.

    ahead: minutes by which the clock of the server is ahead; the server then has one worker process.
    """
    (folder / "spool").mkdir(parents=True)
    environment = environment_of_processes() | {"TMPDIR": str(folder / "spool")}
    application = servers.DJANGO
    if ahead is not None:
        application = "tests.support.shifted_clock:application"
        environment |= {"CLOCK_AHEAD": str(ahead), "WORKERS": "1"}
    with servers.running(folder, application, **({"WORKERS": "2", "THREADS": "16"} | environment)) as server:
        yield server.port


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
