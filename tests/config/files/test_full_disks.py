"""Which errors mean that a disk is full, and what a page says then."""

import errno
import sqlite3

import pytest
from django.db import OperationalError

from config.files.full_disks import is_full
from config.postgresql.errors import is_gone
from tests.support.driver_errors import wrapped

pytestmark = pytest.mark.once  # no database has a say in it


def of_sqlite():
    """Return what SQLite says of a database that may have no more pages."""
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA max_page_count = 1")
    with pytest.raises(sqlite3.OperationalError) as caught:
        database.execute("CREATE TABLE filling (content)")
    return caught.value


def test_a_full_disk_of_sqlite_is_told():
    assert is_full(wrapped(of_sqlite()))


def test_a_full_disk_of_postgresql_is_told_and_the_server_is_there():
    cause = pytest.importorskip("psycopg").errors.DiskFull()
    assert is_full(wrapped(cause))
    assert not is_gone(wrapped(cause))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_of_files_is_told(number):
    assert is_full(OSError(number, "as the system says it"))


@pytest.mark.parametrize(
    "error", [None, ValueError("ours"), OSError(errno.EACCES, "no"), OperationalError("database is locked")]
)
def test_other_errors_are_no_full_disk(error):
    assert not is_full(error)


@pytest.mark.django_db
def test_a_page_that_can_not_write_says_what_is_saved(client, monkeypatch):
    client.raise_request_exception = False

    def full(*_args, **_more):
        raise errors.pop()

    monkeypatch.setattr("config.middleware.bodies.read", full)
    for error, sentence in (
        (OSError(errno.ENOSPC, "full"), "The platform&#x27;s disk is full"),
        (wrapped(of_sqlite()), "So nothing was done"),
    ):
        errors = [error]
        response = client.post("/accounts/login/", {"login": "lena@harbour.example", "password": "x"})
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert sentence in response.content.decode().replace("'", "&#x27;")
