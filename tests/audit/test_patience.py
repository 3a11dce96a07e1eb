"""Long work has the limits of long work, and they end with it, however it ends."""

from contextlib import contextmanager

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from audit.patience import patient, patiently


@pytest.fixture
def said(monkeypatch):
    """Return what happens to the limits and to the work, in its order, on a database that has limits."""
    said = []

    @contextmanager
    def limits():
        said.append("long limits")
        try:
            yield
        finally:
            said.append("usual limits")

    monkeypatch.setattr(connections[DEFAULT_DB_ALIAS], "patient", limits, raising=False)
    return said


def steps(said):
    try:
        yield 1
        yield 2
    finally:
        said.append("work ended")


def test_all_steps_are_done_under_the_limits_of_long_work(said):
    assert list(patiently(steps(said))) == [1, 2]
    assert said == ["long limits", "work ended", "usual limits"]


def test_a_list_of_steps_needs_no_end(said):
    assert list(patiently([1, 2])) == [1, 2]
    assert said == ["long limits", "usual limits"]


def test_who_reads_no_further_ends_the_work_before_its_limits(said):
    work = patiently(steps(said))
    assert next(work) == 1
    work.close()
    assert said == ["long limits", "work ended", "usual limits"]


def test_a_database_without_limits_needs_no_patience(monkeypatch):
    database = connections[DEFAULT_DB_ALIAS]
    if hasattr(database, "patient"):
        monkeypatch.delattr(type(database), "patient")
    with patient():
        pass
