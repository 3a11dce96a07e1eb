"""Connections to PostgreSQL: which limits they have, and when."""

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory

from audit.log import LOCK_THE_CHAIN, NotRecorded
from audit.patience import patient, patiently
from config import views
from config.postgresql import base, limits

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
SHOWN = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@pytest.fixture
def serving(monkeypatch):
    """Connect as the server does, and as a command does when the test is over."""
    connection.close()
    monkeypatch.setattr(limits.Serving, "is_on", True)
    yield
    connection.close()
    base.DatabaseWrapper.gone_until.clear()


def shown():
    with connection.cursor() as cursor:
        values = []
        for name in SHOWN:
            cursor.execute(f"SHOW {name}")
            values.append(cursor.fetchone()[0])
    return values


def sleep(seconds):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def test_a_command_has_no_limits_of_statements():
    connection.close()
    assert shown() == ["0", "0", "0"]
    assert connection.connection.answer_seconds is None


def test_a_request_has_them_and_the_chain_keeps_its_own(serving):
    from django.db import transaction

    assert shown() == ["5s", "4s", "1min"]
    assert connection.connection.answer_seconds == 6
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LOCK_THE_CHAIN)
        assert shown() == ["5s", "2s", "1min"]
    assert shown() == ["5s", "4s", "1min"]


def test_options_of_the_address_win(serving, monkeypatch):
    options = connection.settings_dict["OPTIONS"] | {"options": "-c lock_timeout=9s", "connect_timeout": 11}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    assert shown() == ["5s", "9s", "1min"]
    assert connection.get_connection_params()["connect_timeout"] == 11


def test_long_work_has_long_limits_until_it_ends(serving):
    from django.db import transaction

    with patient():
        assert shown() == ["10min", "10min", "10min"]
        assert connection.connection.answer_seconds == 601
    assert shown() == ["5s", "4s", "1min"]
    with transaction.atomic(), patient():
        assert shown() == ["10min", "10min", "10min"]
    assert shown() == ["5s", "4s", "1min"]
    work = patiently(iter([1, 2]))
    next(work)
    assert shown()[0] == "10min"
    work.close()
    assert shown() == ["5s", "4s", "1min"]


def test_a_request_that_follows_long_work_that_was_left_has_the_limits_of_requests(serving):
    work = patiently(iter([1, 2]))
    next(work)
    connection.close_if_unusable_or_obsolete()
    assert connection.patience == 0


def test_a_silent_server_is_left_and_others_are_not_kept_waiting(serving, monkeypatch):
    """The server sleeps for a minute, which the process doesn't wait for; the thread is free for another request."""
    connection.ensure_connection()
    raw = connection.connection
    raw.answer_seconds = 0.01
    with pytest.raises(OperationalError, match="didn't answer within") as silent:
        sleep(60)
    assert raw.closed
    connection.close()
    monkeypatch.setattr(base.time, "monotonic", lambda: base.DatabaseWrapper.gone_until["default"] - 0.1)
    with pytest.raises(OperationalError, match="didn't answer a moment ago"):
        connection.ensure_connection()
    monkeypatch.setattr(base.time, "monotonic", lambda: base.DatabaseWrapper.gone_until["default"] + 0.1)
    connection.ensure_connection()
    assert_503(silent.value)


def test_a_statement_that_takes_too_long_is_a_503_and_nothing_else_fails(serving):
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '10ms'")
    with pytest.raises(OperationalError, match="statement timeout") as slow:
        sleep(60)
    assert_503(slow.value)
    assert shown()[1] == "4s"


def assert_503(error):
    try:
        raise error
    except OperationalError:
        page = views.server_error(RequestFactory().get("/"))
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    try:
        raise NotRecorded("what it was") from error
    except NotRecorded:
        page = views.server_error(RequestFactory().post("/"))
    assert (page.status_code, page["Retry-After"]) == (503, "5")


def test_behind_a_pooler_of_transactions_nothing_belongs_to_a_session(serving, monkeypatch):
    from audit import statements

    options = connection.settings_dict["OPTIONS"] | {"pooler": "transaction"}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    assert shown() == ["0", "0", "0"]
    for _time in range(7):
        assert statements.fetch("SELECT 1", []) == [(1,)]
    assert statements.fetch("SELECT count(*) FROM pg_prepared_statements", []) == [(0,)]
    from django.db import transaction

    with patient():
        assert shown() == ["0", "0", "0"]
        with transaction.atomic():
            assert shown() == ["10min", "10min", "10min"]
    assert shown() == ["0", "0", "0"]
