"""Databases as earlier commits of this repository make them, and as today's migrations leave them."""

import io
import json
import os
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

from config.settings import BASE_DIR

APPS = ("accounts", "audit", "config", "demo", "impersonation", "learning")
VERSION_0_1 = "2272cfb"
# Made before version 0.1, and renumbered since.
OLDER = ("f6e4d0d",)
UNSHALLOW = (
    f"This clone has no commit {VERSION_0_1} (version 0.1), whose database the test upgrades. In a shallow clone, "
    "`git fetch --unshallow` brings it."
)


def git(*words, **options):
    return subprocess.run(["git", *words], cwd=BASE_DIR, capture_output=True, check=True, **options).stdout


def has_history():
    try:
        git("cat-file", "-e", f"{VERSION_0_1}^{{commit}}")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def with_different_migrations():
    """Return the commits of the main line since version 0.1 that changed a migration, the oldest first."""
    assert has_history(), UNSHALLOW
    folders = [f"{app}/migrations" for app in APPS]
    since = git("log", "--reverse", "--first-parent", "--format=%h", f"{VERSION_0_1}..HEAD", "--", *folders, text=True)
    return [*OLDER, VERSION_0_1, *since.split()]


def migrations(commit):
    """Return the migrations of a commit, as lines with the hash of each file."""
    folders = [f"{app}/migrations" for app in APPS]
    return set(git("ls-tree", "-r", commit, "--", *folders, text=True).splitlines())


def newest_part(commit, made):
    """Return the newest of the commits that were made, all of whose migrations this commit still has; None if none."""
    here = migrations(commit)
    return next((each for each in reversed(made) if migrations(each) <= here), None)


def environment(url):
    """Return the environment of a process of any commit, with the settings that each of them requires."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    return ours | {
        "DATABASE_URL": url,
        "SECRET_KEY": "for tests only, nothing is kept under it",
        "AUDIT_KEYS": "k1:for tests only; nothing is signed by it",
        "SECOND_FACTOR_KEYS": "k1:for tests only; nothing lies under it",
        "DEBUG": "on",
        "SITE_URL": "http://testserver",
        "EMAIL_URL": "consolemail://",
    }


def migrate(url, folder):
    """Run `migrate` with the code in the folder. Return the last line of its error, or "" if it succeeds."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    ran = subprocess.run(command, cwd=folder, env=environment(url), capture_output=True, text=True)
    return (ran.stderr.strip() or "no message").splitlines()[-1] if ran.returncode else ""


def unpack(commit, folder: Path):
    """Write the files of a commit to the folder."""
    with closing(tarfile.open(fileobj=io.BytesIO(git("archive", commit)))) as files:
        files.extractall(folder, filter="data")


UPGRADE = """
import json
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
found = {}
with connection.cursor() as cursor:
    for table in connection.introspection.table_names(cursor):
        columns = connection.introspection.get_table_description(cursor, table)
        described = sorted(f"{each.name} null={each.null_ok}" for each in columns)
        constraints = connection.introspection.get_constraints(cursor, table)
        named = sorted(name for name, each in constraints.items() if not name.startswith("__"))
        found[table] = described + named
print(json.dumps(found))
"""


def upgrade(url):
    """Run today's `migrate`. Return the columns and the named constraints and indexes of each table, and the error."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", UPGRADE]
    ran = subprocess.run(command, cwd=BASE_DIR, env=environment(url), capture_output=True, text=True)
    if ran.returncode:
        return {}, (ran.stderr.strip() or "no message").splitlines()[-1]
    return json.loads(ran.stdout.splitlines()[-1]), ""


def difference(schema, other):
    """Return what one schema has and the other has not, as lines."""
    parts = ({f"{table}: {each}" for table, rows in one.items() for each in rows} for one in (schema, other))
    one, two = parts
    return sorted(f"{'only upgraded' if each in one else 'only new'} {each}" for each in one ^ two)
