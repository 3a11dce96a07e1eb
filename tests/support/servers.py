"""Servers that a test starts with `config.server`, and ends."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

from config.settings import BASE_DIR

DJANGO = "config.wsgi:application"
SMALL = "tests.support.small_application:application"
START = "import sys; from config.server.__main__ import main; main(sys.argv[1])"
LONGEST = 60  # seconds that a test waits for anything


def free_port(host="127.0.0.1"):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def wait_for(condition, what="the condition", process=None):
    """Return the first true value of a condition. Fail after LONGEST seconds, or if the process has ended."""
    until = time.monotonic() + LONGEST
    while not (found := condition()):
        assert time.monotonic() < until, f"waited in vain for {what}"
        assert process is None or process.poll() is None, f"the process ended while it was awaited: {what}"
        time.sleep(0.01)  # because the server needs the processor
    return found


class Server:
    """A running server: its main process, its workers, its log, and a client."""

    def __init__(self, process, port, log, host="127.0.0.1"):
        self.process, self.port, self.host, self.path = process, port, host, log

    def log(self):
        return self.path.read_text(encoding="utf-8", errors="replace")

    def workers(self):
        """Return the numbers of the processes that the main process has started and that still run."""
        return children(self.process.pid)

    def get(self, path="/", headers=None, host=None):
        """Return status and body of a request on a connection of its own."""
        line = http.client.HTTPConnection(host or self.host, self.port, timeout=LONGEST)
        with closing(line):
            line.request("GET", path, headers=headers or {})
            answer = line.getresponse()
            return answer.status, answer.read().decode()

    def listens(self):
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with closing(socket.socket(family)) as probe:
            return probe.connect_ex((self.host, self.port)) == 0

    def stop(self):
        """Stop the server gracefully, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LONGEST)


def children(pid):
    """Return the numbers of the living child processes of a process."""
    try:
        return sorted(
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if lives(child)
        )
    except FileNotFoundError:
        return []


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def command(application=DJANGO):
    """Return the command that starts the server; production's is `python -m config.server`."""
    if application == DJANGO:
        return [sys.executable, "-m", "config.server"]
    return [sys.executable, "-c", START, application]


@contextmanager
def running(folder, application=SMALL, *, host="127.0.0.1", **environment):
    """Run a server until the block ends. The block starts when all workers are ready."""
    plain = host.strip("[]")
    reached = {"::": "::1", "0.0.0.0": "127.0.0.1"}.get(plain, plain)
    port = int(environment.pop("PORT", 0)) or free_port(reached)
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    values = (
        os.environ
        | {"HOST": host, "PORT": str(port), "WORKERS": "2", "THREADS": "4"}
        | environment
        | {"HOST": host, "PORT": str(port)}
    )
    with log.open("wb") as output:
        process = subprocess.Popen(
            command(application), cwd=BASE_DIR, env=values, stdout=output, stderr=subprocess.STDOUT
        )
        server = Server(process, port, log, reached)
        try:
            wait_for(lambda: "All workers are ready" in server.log() or process.poll() is not None, "the start")
            assert process.poll() is None, server.log()
            yield server
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(LONGEST)


@contextmanager
def service_manager(folder):
    """Yield the socket that the server finds at `notify` in the folder."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(str(folder / "notify"))
        manager.settimeout(LONGEST)
        yield manager
