"""The upgrade of a database that any commit since version 0.1 has made: a migration may have been renumbered since."""

import itertools
import os
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.support import earlier_commits

pytestmark = pytest.mark.django_db
# It knew accounts.0024_file_shapes as 0025, and not the two before it.
RENUMBERED = "ba97b4d"


@pytest.fixture
def new_database(tmp_path):
    """Return a function that makes an empty database beside that of the test, and returns its URL."""
    made = []

    def make():
        if connection.vendor == "sqlite":
            return f"sqlite:///{tmp_path}/{next(numbers)}.sqlite3"
        name = f"{connection.settings_dict['NAME']}_{next(numbers)}"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        made.append(name)
        return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()

    numbers = itertools.count()
    yield make
    for name in made:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


def upgraded(commit, url, folder):
    """Make the database with the code of the commit, and upgrade it. Return "" or what failed."""
    folder.mkdir()
    earlier_commits.unpack(commit, folder)
    # A few commits could not migrate at all, so nobody has their database.
    if earlier_commits.migrate(url, folder):
        return None
    return earlier_commits.migrate(url)


def test_a_database_of_a_renumbered_migration_is_upgraded(new_database, tmp_path):
    assert earlier_commits.has_history(), earlier_commits.UNSHALLOW
    assert upgraded(RENUMBERED, new_database(), tmp_path / "old") == ""


@pytest.mark.long
def test_a_database_of_each_commit_since_version_0_1_is_upgraded_to_todays_schema(new_database, tmp_path):
    today = new_database()
    assert earlier_commits.migrate(today) == ""
    schema = earlier_commits.schema(today)
    commits = earlier_commits.with_different_migrations()
    never, problems = [], {}
    for commit in commits:
        url = new_database()
        if (problem := upgraded(commit, url, tmp_path / commit)) is None:
            never.append(commit)
        elif problem or (problem := earlier_commits.difference(earlier_commits.schema(url), schema)):
            problems[commit] = problem
    print(f"databases of {len(commits)} commits, {len(never)} never worked ({', '.join(never)}), {len(problems)} fail")
    assert problems == {}
    assert len(never) < len(commits) / 4
