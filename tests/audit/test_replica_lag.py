"""How far the replica is behind, and what is no replica of this database."""

from contextlib import nullcontext
from copy import copy

import pytest
from django.db import connections

from audit import replica
from audit.replica import ALIAS, Unusable

NOW, CLUSTER, DATABASE = 1000.0, 7, "standin"


class Database:
    """A database that answers every question with one row."""

    def __init__(self, *row):
        self.row = row

    def cursor(self):
        return nullcontext(self)

    def execute(self, sql, values=None):
        pass

    def fetchone(self):
        return self.row


@pytest.fixture
def replayed(monkeypatch):
    """Return a function that lets the replica answer with this row."""

    def answer(*row):
        monkeypatch.setattr(replica, "connection", Database("0/1", CLUSTER, DATABASE, NOW))
        monkeypatch.setattr(replica, "connections", {ALIAS: Database(*row)})

    return answer


@pytest.mark.parametrize(
    ("is_complete", "newest_commit", "seconds"),
    [(True, 900.0, 0.0), (True, None, 0.0), (False, 990.0, 10.0), (False, 1001.0, 0.0), (False, None, float("inf"))],
    ids=["all", "all of nothing", "late", "a commit of this moment", "nothing replayed yet"],
)
def test_the_lag_is_the_age_of_the_newest_commit_unless_nothing_is_missing(
    replayed, is_complete, newest_commit, seconds
):
    replayed(CLUSTER, DATABASE, True, is_complete, newest_commit)
    assert replica.lag() == seconds


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((8, DATABASE, True, True, 900.0), "another cluster"),
        ((CLUSTER, "other", True, True, 900.0), "another database"),
        ((CLUSTER, DATABASE, False, None, None), "no standby"),
    ],
)
def test_what_is_no_standby_of_this_database_is_not_read(replayed, row, said):
    replayed(*row)
    with pytest.raises(Unusable, match=said):
        replica.lag()


@pytest.mark.postgresql
@pytest.mark.django_db
def test_the_primary_itself_is_no_standby():
    connections[ALIAS] = copy(connections["default"])
    try:
        with pytest.raises(Unusable, match="no standby"):
            replica.lag()
    finally:
        del connections[ALIAS]
