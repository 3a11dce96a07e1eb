"""What an error of the driver means, whatever it is wrapped in."""

import pytest
from django.db import OperationalError
from django.urls import reverse

from audit.log import NotRecorded
from config.postgresql.errors import is_gone, is_too_slow
from tests.support.assumed import sign_in
from tests.support.driver_errors import wrapped

psycopg_errors = pytest.importorskip("psycopg").errors
pytestmark = pytest.mark.once  # no database has a say in it


@pytest.mark.parametrize(
    "cause",
    [
        psycopg_errors.OperationalError("no server"),
        psycopg_errors.InterfaceError("closed"),
        psycopg_errors.AdminShutdown(),
        psycopg_errors.CannotConnectNow(),
        psycopg_errors.TooManyConnections(),
    ],
    ids=lambda cause: type(cause).__name__,
)
def test_a_server_that_is_away_is_gone(cause):
    assert is_gone(wrapped(cause))
    assert not is_too_slow(wrapped(cause))


@pytest.mark.parametrize("outermost", [OperationalError, NotRecorded])
def test_the_page_about_a_server_that_is_away_asks_it_nothing_more(client, lena, monkeypatch, outermost):
    def fail(*_args, **_options):
        raise outermost("no server") from psycopg_errors.OperationalError("no server")

    sign_in(client, lena)
    assert lena.name in client.get(reverse("dashboard")).content.decode()
    monkeypatch.setattr("learning.views.by_urgency", fail)
    client.raise_request_exception = False
    page = client.get(reverse("dashboard"))
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "Something went wrong" in page.content.decode()
    assert lena.name not in page.content.decode(), "the name comes from the database, which is away"


@pytest.mark.parametrize("kind", ["QueryCanceled", "LockNotAvailable", "DeadlockDetected"])
def test_a_server_that_gave_up_is_there(kind):
    cause = getattr(psycopg_errors, kind)()
    assert (is_gone(wrapped(cause)), is_too_slow(wrapped(cause))) == (False, True)


@pytest.mark.parametrize("error", [None, ValueError("ours"), OperationalError("of SQLite"), NotRecorded("refused")])
def test_other_errors_are_neither(error):
    assert (is_gone(error), is_too_slow(error)) == (False, False)


def test_a_refused_write_is_neither():
    cause = psycopg_errors.ReadOnlySqlTransaction()
    assert (is_gone(wrapped(cause)), is_too_slow(wrapped(cause))) == (False, False)
