"""Limits of database connections: their defaults, what is refused, and what DATABASE_URL says itself."""

from dataclasses import fields

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import databases
from config.environment import env
from config.postgresql import limits

pytestmark = pytest.mark.once  # no database has a say in it
VARIABLES = [f"DATABASE_{field.name.upper()}" for field in fields(limits.Limits)]


def texts(**changes):
    return dict.fromkeys(VARIABLES, "") | changes


def test_empty_variables_are_the_defaults():
    assert limits.from_texts(texts()) == limits.Limits()


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "5s", "one", "1000000", "٣"])
def test_a_limit_that_is_no_whole_number_is_named_at_the_start(text):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_LOCK_SECONDS must be a whole number from 1"):
        limits.from_texts(texts(DATABASE_LOCK_SECONDS=text))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"DATABASE_CONNECT_SECONDS": "1"}, "must be 2 or more"),
        ({"DATABASE_LOCK_SECONDS": "6"}, "may not exceed DATABASE_STATEMENT_SECONDS"),
        ({"DATABASE_ANSWER_SECONDS": "5"}, "DATABASE_ANSWER_SECONDS must exceed"),
        ({"DATABASE_LONG_STATEMENT_SECONDS": "4"}, "may not be below"),
    ],
)
def test_limits_that_contradict_each_other_are_refused(changes, said):
    with pytest.raises(ImproperlyConfigured, match=said):
        limits.from_texts(texts(**changes))


def test_long_work_has_other_limits_on_the_server():
    usual, long = limits.Limits().of_the_server(), limits.Limits().of_the_server(is_patient=True)
    assert usual == {
        "statement_timeout": "5s", "lock_timeout": "4s", "idle_in_transaction_session_timeout": "60s"
    }  # fmt: skip
    assert set(long.values()) == {"600s"}
    assert set(long) == set(usual)


def database(url, monkeypatch, **variables):
    monkeypatch.setenv("DATABASE_URL", url)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return databases.from_environment()["default"]


def test_a_primary_and_its_standby_are_written_in_one_address(monkeypatch):
    url = "postgres://standin:secret@db1:5432,db2:5433/standin?target_session_attrs=read-write&sslmode=require"
    found = database(url, monkeypatch)
    assert (found["ENGINE"], found["HOST"], found["PORT"]) == ("config.postgresql", "db1,db2", "5432,5433")
    assert found["OPTIONS"]["target_session_attrs"] == "read-write"
    assert found["OPTIONS"]["sslmode"] == "require"


def test_a_pooler_of_another_name_is_refused(monkeypatch):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_POOLER is session, transaction or empty"):
        database("postgres://standin@db/standin", monkeypatch, DATABASE_POOLER="statement")


def test_the_variables_reach_the_database(monkeypatch):
    found = database("postgres:///standin?host=/run/postgresql", monkeypatch, DATABASE_LOCK_SECONDS="2")
    assert found["OPTIONS"]["limits"] == limits.Limits(lock_seconds=2)
    assert found["OPTIONS"]["host"] == "/run/postgresql"
    assert env.str("DATABASE_LOCK_SECONDS") == "2"


def test_a_replica_is_read_only_whatever_its_options(monkeypatch):
    """The last option counts."""
    address = "postgres://standby/standin?options=-c%20default_transaction_read_only=off%20-c%20work_mem=8MB"
    monkeypatch.setenv("REPLICA_DATABASE_URL", address)
    standby = databases.replica("config.postgresql")["replica"]
    assert standby["OPTIONS"]["options"].endswith("-c work_mem=8MB -c default_transaction_read_only=on")
    assert standby["OPTIONS"]["connect_timeout"] == databases.REPLICA_CONNECT_SECONDS
