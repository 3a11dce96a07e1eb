"""The production server as `make serve` starts it, with the database that the test itself uses."""

import os
import re
import socket
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

from config.settings import BASE_DIR
from tests.impersonation.test_killed import database_url


def options():
    """What the Makefile says after the name of the program, address and number of processes aside."""
    recipe = (BASE_DIR / "Makefile").read_text(encoding="utf-8").partition("bin/granian ")[2].partition("\n\n")[0]
    words = recipe.replace("\\\n", " ").replace("$$(nproc 2>/dev/null || echo 2)", "2").split()
    return [word for word in words if word != "$(PORT)"][:-1]


def threads():
    return int(re.search(r"--blocking-threads (\d+)", " ".join(options()))[1])


@contextmanager
def serving(folder: Path):
    """Serve, and yield the port. Files that are too large for memory go to the folder `spool` of the given folder."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = options()
    words.insert(words.index("--port") + 1, str(port))
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TMPDIR": str(folder / "spool"),
    }
    (folder / "spool").mkdir()
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "granian", *words, "config.wsgi:application"],
            cwd=BASE_DIR, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            while not answers(port):
                assert process.poll() is None, (folder / "server.log").read_text()
            yield port
        finally:
            process.terminate()
            process.wait()


def answers(port):
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
