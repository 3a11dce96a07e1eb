"""The upgrade of a database that any commit since version 0.1 has made: a migration may have been renumbered since."""

import itertools
import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.support import earlier_commits

pytestmark = pytest.mark.django_db
# It knew accounts.0024_file_shapes as 0025, and not the two before it.
RENUMBERED = "ba97b4d"


@pytest.fixture
def new_database(tmp_path):
    """Return a function that makes a database beside that of the test, empty or a copy, and returns its URL."""
    made = []

    def make(copied=None):
        name = f"commit_{next(numbers)}"
        if connection.vendor == "sqlite":
            file = tmp_path / f"{name}.sqlite3"
            if copied:
                shutil.copy(urlsplit(copied).path[1:], file)
            return f"sqlite:///{file}"
        name = f"{connection.settings_dict['NAME']}_{name}"
        template = f' TEMPLATE "{urlsplit(copied).path[1:]}"' if copied else ""
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"{template}')
        made.append(name)
        return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()

    numbers = itertools.count()
    yield make
    for name in made:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


def migrated(commit, url, folder):
    """Migrate the database with the code of the commit, and say whether that works."""
    folder.mkdir()
    earlier_commits.unpack(commit, folder)
    failed = earlier_commits.migrate(url, folder)
    shutil.rmtree(folder)
    return not failed


def test_a_database_of_a_renumbered_migration_is_upgraded(new_database, tmp_path):
    assert earlier_commits.has_history(), earlier_commits.UNSHALLOW
    url = new_database()
    assert migrated(RENUMBERED, url, tmp_path / "old")
    assert earlier_commits.upgrade([url])[url][1] == ""


def test_no_migration_has_come_to_depend_on_one_that_a_database_may_lack():
    """A database of any commit has the migrations of that commit; Django refuses one that lacks what they depend on."""
    nodes = MigrationLoader(None).graph.node_map
    lacking = {}
    for commit in earlier_commits.with_different_migrations():
        there = {(path.split("/")[0], Path(path).stem) for path, _meaning in earlier_commits.migrations(commit)}
        for name in there & set(nodes):
            for parent in nodes[name].parents:
                if parent.key[0] in earlier_commits.APPS and parent.key not in there:
                    lacking.setdefault(commit, []).append(f"{name[1]} needs {parent.key[1]}")
    assert lacking == {}


@pytest.mark.long
def test_a_database_of_each_commit_since_version_0_1_is_upgraded_to_todays_schema(new_database, tmp_path):
    """
    Each database grows out of that of the newest commit before it whose migrations are all still there unchanged.

    A commit that changed or renumbered a migration begins with an older one, or with an empty database.
    """
    commits = earlier_commits.with_different_migrations()
    made, never = {}, []
    for commit in commits:
        part = earlier_commits.newest_part(commit, made)
        if part and earlier_commits.migrations(part) == earlier_commits.migrations(commit):
            continue
        url = new_database(made.get(part))
        # A few commits could not migrate at all, so nobody has such a database.
        if migrated(commit, url, tmp_path / commit):
            made[commit] = url
        else:
            never.append(commit)
    empty = new_database()
    upgraded = earlier_commits.upgrade([empty, *made.values()])
    today, failed = upgraded[empty]
    assert failed == ""
    problems = {}
    for commit, url in made.items():
        schema, failed = upgraded[url]
        if problem := failed or earlier_commits.difference(schema, today):
            problems[commit] = problem
    counts = f"{len(commits)}, {len(made)} of them different, {len(never)} never worked ({', '.join(never)})"
    print(f"databases of commits: {counts}, {len(problems)} fail")
    assert problems == {}
    assert len(never) < len(commits) / 4
