"""Earlier states of the project, unpacked from its history, and servers that run them."""

import re
import socket
import subprocess
import sys
import tarfile
import time
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path

from config.settings import BASE_DIR

APPS_WITH_MIGRATIONS = ("accounts", "audit", "config", "impersonation", "learning")


def git(*words):
    done = subprocess.run(["git", *words], cwd=BASE_DIR, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def commits():
    """Return the commits whose code must work on the tables of today, by what they are; none without the history."""
    if subprocess.run(["git", "rev-parse", "--git-dir"], cwd=BASE_DIR, capture_output=True).returncode:
        return {}
    folders = [f"{app}/migrations" for app in APPS_WITH_MIGRATIONS]
    changed = git("log", "--first-parent", "--format=%H", "-20", "--", *folders).decode().split()
    changed = [commit for commit in changed if migrates(f"{commit}^")][:1]
    released = git("log", "-S", 'version = "0.2.0"', "--format=%H", "--", "pyproject.toml").decode().split()[-1:]
    found = {"before the newest migration": f"{changed[0]}^"} if changed else {}
    return found | ({"version 0.2.0": released[0]} if released else {})


def migrates(commit: str) -> bool:
    """Return whether the code of a commit can migrate at all: no app has two newest migrations that nothing joins."""
    for app in APPS_WITH_MIGRATIONS:
        listed = git("ls-tree", "--name-only", commit, f"{app}/migrations/").decode().split()
        names = {Path(path).stem for path in listed if Path(path).stem[:4].isdigit()}
        code = b"".join(git("show", f"{commit}:{app}/migrations/{name}.py") for name in sorted(names)).decode()
        followed = set(re.findall(rf"\(\s*[\"']{app}[\"'],\s*[\"'](\w+)[\"']", code))
        if len(names - followed) > 1:
            return False
    return True


def unpack(commit, folder: Path) -> Path:
    """Write the project as it was at a commit into a new folder."""
    with tarfile.open(fileobj=BytesIO(git("archive", commit))) as archive:
        archive.extractall(folder, filter="data")
    return folder


@contextmanager
def server(code: Path, environment: dict, log: Path):
    """Run a server of this code, and yield its address."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command, variables = command_of(code, port)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=code, env=environment | variables, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            while not answers(port):
                assert process.poll() is None, log.read_text()
                time.sleep(0.1)  # because the server needs the processor
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait()


def command_of(code: Path, port: int):
    """Return the command and the variables of the server of this code; version 0.2.0 started granian itself."""
    if (code / "config" / "server.py").is_file():
        variables = {"HOST": "127.0.0.1", "PORT": str(port), "WORKERS": "1", "THREADS": "4"}
        return [sys.executable, "-m", "config.server"], variables
    words = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--no-ws"]
    return [str(Path(sys.executable).parent / "granian"), *words, "config.wsgi:application"], {}


def answers(port):
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
