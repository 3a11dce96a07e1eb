"""Databases as earlier commits of this repository make them, and as today's migrations leave them."""

import ast
import functools
import io
import json
import os
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

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
    """Return the migrations of a commit, as a set of names with what each of them does."""
    folders = [f"{app}/migrations" for app in APPS]
    rows = [row.split() for row in git("ls-tree", "-r", commit, "--", *folders, text=True).splitlines()]
    return {(path, meaning(blob)) for _mode, _type, blob, path in rows if path.endswith(".py")}


@functools.cache
def meaning(blob):
    """Return the code of a stored Python file without its comments and docstrings."""
    tree = ast.parse(git("cat-file", "blob", blob))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


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
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
    ran = subprocess.run(command, cwd=folder, env=environment(url), capture_output=True, text=True)
    return (ran.stderr.strip() or "no message").splitlines()[-1] if ran.returncode else ""


def unpack(commit, folder: Path):
    """Write the files of a commit to the folder."""
    with closing(tarfile.open(fileobj=io.BytesIO(git("archive", commit)))) as files:
        files.extractall(folder, filter="data")


# One process for all databases: most of the time of `migrate` is that of importing the project.
UPGRADE = """
import json, os, sys
from django.core.management import call_command
from django.db import connection

def upgrade():
    call_command("migrate", verbosity=0)
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = connection.introspection.get_table_description(cursor, table)
            described = sorted(f"{each.name} null={each.null_ok}" for each in columns)
            constraints = connection.introspection.get_constraints(cursor, table)
            named = sorted(name for name, each in constraints.items() if not name.startswith("__"))
            found[table] = described + named
    return found

for name in json.load(sys.stdin):
    child = os.fork()
    if not child:
        connection.settings_dict["NAME"] = name
        try:
            print(json.dumps([upgrade(), ""]), flush=True)
        except Exception as error:
            print(json.dumps([{}, repr(error)]), flush=True)
        connection.close()
        os._exit(0)
    os.waitpid(child, 0)
"""


def upgrade(urls):
    """
    Run today's `migrate` on each database.

    Return a pair for each: the columns and the named constraints and indexes of each table, and the error or "".
    """
    names = json.dumps([urlsplit(url).path[1:] for url in urls])
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", UPGRADE]
    ran = subprocess.run(command, cwd=BASE_DIR, env=environment(urls[0]), input=names, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return dict(zip(urls, map(json.loads, ran.stdout.splitlines()), strict=True))


def difference(schema, other):
    """Return what one schema has and the other has not, as lines."""
    parts = ({f"{table}: {each}" for table, rows in one.items() for each in rows} for one in (schema, other))
    one, two = parts
    return sorted(f"{'only upgraded' if each in one else 'only new'} {each}" for each in one ^ two)
