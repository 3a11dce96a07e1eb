"""
A bare Debian with its own systemd, network and processes, in a folder that is deleted at the end.

It needs root, debootstrap and systemd-nspawn; root of a Debian machine gets both programs from apt-get.
"""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from packaging.markers import Marker

from config.settings import BASE_DIR

SUITE = "bookworm"
PYTHON = {"python_version": "3.11", "python_full_version": "3.11.2"}
CACHE = BASE_DIR / ".cache" / "debian"
# What every installed Debian has; debootstrap's smallest choice leaves it out, because a folder needs no systemd.
INCLUDED = "systemd-sysv,dbus,iproute2"
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


class NotHere(Exception):
    """This machine can't run a Debian in a folder; the message says why, and what to do."""


def require():
    """Install debootstrap and systemd-nspawn if they are missing. Raise NotHere if that can't be."""
    if os.geteuid() != 0:
        raise NotHere("The guide is tried in a bare Debian, which only root can run: sudo make test-long.")
    install("debootstrap")
    install("systemd-nspawn", package="systemd-container")
    if not (shutil.which("debootstrap") and shutil.which("systemd-nspawn")):
        raise NotHere(
            "The guide is tried in a bare Debian, which needs debootstrap and systemd-container: install them."
        )


def install(program, package=""):
    """Install a program with apt-get if it is missing and apt-get is there."""
    if shutil.which("apt-get") and not shutil.which(program):
        for words in (["update"], ["install", "--yes", "--no-install-recommends", package or program]):
            subprocess.run(["apt-get", "-qq", *words], env=os.environ | QUIET, stdout=subprocess.DEVNULL)


def mirror():
    """Return the words for debootstrap that name this machine's own mirror of Debian; without one, its default."""
    wanted = "$(REPO_URI) $(CODENAME) $(LABEL)"
    asked = subprocess.run(["apt-get", "indextargets", "--format", wanted], capture_output=True, text=True)
    found = [line.split()[0] for line in asked.stdout.splitlines() if line.endswith(f" {SUITE} Debian")]
    return found[:1]


@contextmanager
def one_at_a_time():
    """Wait until no other process of the tests uses the cache: two apts refuse to share a folder of packages."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def base():
    """Return the archive of a bare Debian, made once."""
    archive = CACHE / f"{SUITE}.tar"
    if not archive.exists():
        folder = CACHE / "making"
        shutil.rmtree(folder, ignore_errors=True)
        run("debootstrap", "--variant=minbase", f"--include={INCLUDED}", SUITE, folder, *mirror())
        run("tar", "--create", "--numeric-owner", f"--file={archive}.new", f"--directory={folder}", ".")
        Path(f"{archive}.new").rename(archive)
        shutil.rmtree(folder)
    return archive


def wheels(lock):
    """Return a folder with a lock file's packages for Debian's Python, fetched once and compared with their hashes."""
    folder = CACHE / "wheels"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "wanted.txt"
    wanted.write_text("".join(without_markers(lock.read_text(encoding="utf-8"))))
    run(
        sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:",
        "--python-version", PYTHON["python_version"], "--implementation", "cp", "--dest", folder,
        "--requirement", wanted,
    )  # fmt: skip
    return folder


def without_markers(lock):
    """Yield a lock file's entries for Debian's Python, because pip compares markers with the Python that runs it."""
    for entry in re.split(r"^(?=\S)", lock, flags=re.MULTILINE):
        requirement, _, hashes = entry.partition(" \\\n")
        name, _, marker = requirement.partition(" ; ")
        if name.strip() and (not marker or Marker(marker).evaluate(PYTHON)):
            yield f"{name} \\\n{hashes}"


def run(*command, **options):
    """Run a command, and fail with what it said if its exit code is not 0."""
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True, umask=0o022, **options)
    assert ran.returncode == 0, f"{command[0]} failed:\n{(ran.stdout + ran.stderr)[-6000:]}"
    return ran.stdout


class Machine:
    """A Debian in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.leader = None
        with one_at_a_time():
            archive = base()
        run("tar", "--extract", "--numeric-owner", f"--file={archive}", f"--directory={folder}")

    @classmethod
    def copied(cls, machine, folder):
        """Return a copy of a machine that does not run."""
        made = cls.__new__(cls)
        made.folder, made.leader = folder, None
        run("cp", "--archive", machine.folder, folder)
        return made

    def write(self, path, text, mode=0o644):
        file = self.folder / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def prepare(self, script):
        """Run a script with the network of this machine, before the Debian is started; apt and pip fetch packages."""
        archives = CACHE / "archives"
        archives.mkdir(parents=True, exist_ok=True)
        lock = BASE_DIR / "requirements-production.lock"
        with one_at_a_time():
            return run(
                "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", f"--directory={self.folder}",
                "--resolv-conf=copy-host", "--console=pipe", f"--bind={archives}:/var/cache/apt/archives",
                f"--bind-ro={wheels(lock)}:/wheels", "--setenv=PIP_NO_INDEX=1", "--setenv=PIP_FIND_LINKS=/wheels",
                *(f"--setenv={name}={value}" for name, value in QUIET.items()), "/bin/bash", "-c", script,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip

    @contextmanager
    def booted(self):
        """Start the Debian's systemd with a network of its own, and stop it at the end."""
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            started = subprocess.Popen(
                [
                    "sh", "-c", 'for group in $0; do mkdir "$group"; echo $$ > "$group/cgroup.procs"; done; exec "$@"',
                    " ".join(map(str, self.groups())),
                    "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", f"--directory={self.folder}",
                    "--private-network", "--resolv-conf=off", "--console=pipe", "--boot",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
            try:
                self.leader = self.find_leader(started)
                self.process = started
                self.wait("systemctl is-system-running --wait | grep -E 'running|degraded'")
                yield
            finally:
                started.terminate()
                try:
                    started.wait(timeout=60)
                except subprocess.TimeoutExpired:
                    started.kill()
                    started.wait()
                self.remove_groups()

    def groups(self):
        """Return control groups of the machine's own, so that the systemds of several machines don't share one."""
        mounted = [Path("/sys/fs/cgroup", name) for name in ("systemd", "unified", "")]
        name = f"standin-{os.getpid()}-{self.folder.name}"
        return [place / name for place in mounted if (place / "cgroup.procs").exists()]

    def remove_groups(self):
        """Remove the control groups of the machine; what still ends in one of them keeps it."""
        for group in self.groups():
            for folder, _folders, _files in os.walk(group, topdown=False):
                with suppress(OSError):
                    os.rmdir(folder)

    def lose(self):
        """End the machine at once, as if its power had failed: it says no word to anybody."""
        os.kill(self.leader, signal.SIGKILL)  # and with it every process inside
        self.process.wait()

    def find_leader(self, started):
        """Return the process of the Debian's systemd, as this machine numbers it."""
        children = Path(f"/proc/{started.pid}/task/{started.pid}/children")
        while True:
            for child in children.read_text().split():
                # Another child sets the folder up first, and ends.
                with suppress(OSError):
                    if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                        return int(child)
            assert started.poll() is None, (self.folder.parent / f"{self.folder.name}.log").read_text()
            time.sleep(0.1)  # because systemd needs the processor

    def enter(self, *command):
        """Return the words that run a command inside."""
        inside = ["nsenter", f"--target={self.leader}", "--all", "--root"]
        clean = [
            "env",
            "--chdir=/",
            "--ignore-environment",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ]
        return [*inside, *clean, "HOME=/root", "LC_ALL=C.UTF-8", *command]

    def run(self, script, **options):
        """Run a script inside as root, and return what it prints. Fail if its exit code is not 0."""
        return run(*self.enter("/bin/bash", "-c", script), **options)

    def try_(self, script):
        """Run a script inside as root, and return its exit code and what it prints."""
        ran = subprocess.run(self.enter("/bin/bash", "-c", script), capture_output=True, text=True)
        return ran.returncode, ran.stdout + ran.stderr

    def wait(self, script, seconds=120):
        """Wait until a script ends with 0."""
        end = time.monotonic() + seconds
        while (said := self.try_(script))[0]:
            assert time.monotonic() < end, f"{script} said:\n{said[1]}"
            time.sleep(0.2)
