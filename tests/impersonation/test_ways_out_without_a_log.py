"""
Exit and sign-out while the audit log can't be written: nothing is half done, and afterwards both work.

The database itself is full, locked or read-only, or a trigger refuses the event; only the loss of the connection is
imitated, because tests/impersonation/test_killed.py stops a real server.
"""

import sqlite3
from contextlib import closing, contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, override_settings
from django.urls import reverse

from audit import log
from audit.models import AuditEvent
from audit.verification.checker import verify
from impersonation.models import AssumedSession, Cause, Mode
from impersonation.readonly import refusing_writes
from tests.support.assumed import log_in_as, sign_in

pytestmark = pytest.mark.django_db
REFUSE_ON_POSTGRESQL = """
    SET CONSTRAINTS ALL IMMEDIATE;
    CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'no event today' USING ERRCODE = '{code}'; END $$;
    CREATE TRIGGER refuse_event BEFORE INSERT ON audit_auditevent FOR EACH ROW EXECUTE FUNCTION refuse_event();
"""
REFUSE_ON_SQLITE = """
    CREATE TRIGGER refuse_event BEFORE INSERT ON audit_auditevent BEGIN SELECT RAISE(ABORT, 'no event today'); END
"""


def write_event():
    with log.recording():
        log.record("user.imported")


@contextmanager
def refusing_events(code="P0001"):
    """Refuse every event by a trigger. code: the SQLSTATE of the error on PostgreSQL."""
    on_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(REFUSE_ON_POSTGRESQL.format(code=code) if on_postgresql else REFUSE_ON_SQLITE)
        try:
            yield
        finally:
            if on_postgresql:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; DROP FUNCTION refuse_event() CASCADE")
            else:
                cursor.execute("DROP TRIGGER refuse_event")


@contextmanager
def full_database():
    """No page more fits into the file of SQLite; PostgreSQL says what it says if its disk is full."""
    if connection.vendor == "postgresql":
        with refusing_events(code="53100"):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE filling (content BLOB)")
        [pages] = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            with pytest.raises(OperationalError, match="full"):
                while True:
                    cursor.execute("INSERT INTO filling VALUES (zeroblob(3000))")
            with pytest.raises(log.NotRecorded, match="full"):
                while True:  # the pages of the log have room for a few events
                    write_event()
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
            cursor.execute("DROP TABLE filling")


@contextmanager
def locked_log():
    """Another connection holds the lock of the log, and waiting for it ends without success."""
    if connection.vendor == "postgresql":
        other = connection.copy()
        with closing(other), other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(6004851321477563)")
            yield
        return
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        connection.cursor().execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            connection.cursor().execute("PRAGMA busy_timeout = 20000")


@contextmanager
def lost_connection():
    def fail(_events):
        raise InterfaceError("connection already closed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "append", fail)
        yield


@contextmanager
def no_key():
    keys, settings.AUDIT_KEYS = settings.AUDIT_KEYS, {}
    yield
    settings.AUDIT_KEYS = keys


@contextmanager
def replaced_key():
    """Another process has put a new key in the place of the key that this process signs with."""
    write_event()
    old, new = settings.AUDIT_KEYS, {"k2": "the key of the rotation"} | settings.AUDIT_KEYS
    settings.AUDIT_KEYS = new
    call_command("rotate_audit_key", stdout=StringIO())
    settings.AUDIT_KEYS = old
    yield
    settings.AUDIT_KEYS = new


OF_ITS_OWN = pytest.mark.django_db(transaction=True)  # what another connection sees, or SQLite rolls back as a whole
DISORDERS = [
    pytest.param(full_database, marks=OF_ITS_OWN),
    pytest.param(locked_log, marks=OF_ITS_OWN),
    refusing_writes, refusing_events, lost_connection, replaced_key, no_key,
]  # fmt: skip
NAMES = ["full", "locked", "read-only", "refused", "gone", "replaced-key", "no-key"]
WAYS_OUT = [
    ("assumed_session_exit", Cause.EXIT, Mode.ACT),
    ("account_logout", Cause.SIGNED_OUT, Mode.LOOK_ONLY),
]


@pytest.fixture(params=DISORDERS, ids=NAMES)
def disorder(request):
    with override_settings(AUDIT_KEYS=settings.AUDIT_KEYS):  # restored after the test
        yield request.param


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


def assert_says_so(response, *words):
    """Assert that a page of the usual layout says that nothing was done, and what to do."""
    page = response.content.decode()
    assert response.status_code == 503
    words = ("It can't be recorded right now", "So nothing was done", *words)
    assert [word for word in words if word not in page] == []


def state():
    """Return what an exit changes."""
    return list(AssumedSession.objects.values_list("ended_at", "cause")), AuditEvent.objects.count()


@pytest.mark.parametrize(("way_out", "cause", "mode"), WAYS_OUT)
def test_sam_stays_in_lenas_account_until_the_log_can_be_written(visitor, sam, lena, disorder, way_out, cause, mode):
    log_in_as(visitor, sam, lena, mode=mode)
    with disorder():
        before = state()
        response = visitor.post(reverse(way_out))
        assert_says_so(response, 'id="assumed-session"', f"The account of <strong>{lena.name}", "press “Exit")
        assert state() == before
        assert before[0] == [(None, "")]
    assert 'id="assumed-session"' in visitor.get("/").content.decode()
    assert visitor.post(reverse(way_out)).status_code == 302
    assert AssumedSession.objects.get().cause == cause
    assert visitor.get("/").status_code == 302
    assert verify().exit_code == 0


def test_limits_hold_while_the_log_can_not_be_written(visitor, sam, lena, disorder):
    session = log_in_as(visitor, sam, lena)
    AssumedSession.objects.update(started_at=session.started_at.replace(year=2020))
    with disorder():
        for address in (reverse("dashboard"), reverse("account_login"), reverse("assumed_session")):
            response = visitor.get(address)
            assert_says_so(response, "In this browser nobody is signed in")
            assert [name for name in (lena.first_name, sam.first_name) if name in response.content.decode()] == []
        assert state()[0] == [(None, "")]
    assert f"ended={Cause.TIME_LIMIT}" in visitor.get("/").url
    assert AssumedSession.objects.get().cause == Cause.TIME_LIMIT
    assert verify().exit_code == 0


def test_lena_stays_signed_in_until_the_log_can_be_written(visitor, lena, disorder):
    sign_in(visitor, lena)
    with disorder():
        response = visitor.post(reverse("account_logout"))
        assert_says_so(response, f"You are still signed in as <strong>{lena.name}")
        assert "You have" not in response.content.decode()
    assert visitor.get("/").status_code == 200
    assert visitor.post(reverse("account_logout")).status_code == 302
    assert visitor.get("/").status_code == 302


def test_nobody_gets_in_while_the_log_can_not_be_written(visitor, sam, lena, disorder):
    with disorder():
        response = visitor.post(reverse("account_login"), {"login": lena.email, "password": "standin-demo"})
        if response.status_code != 429:  # attempts that can't be counted are refused
            assert_says_so(response, "In this browser nobody is signed in")
        assert visitor.get("/").status_code == 302
    sign_in(visitor, sam)


def test_activity_that_can_not_be_stored_closes_the_pages_and_no_way_out(visitor, sam, lena):
    session = log_in_as(visitor, sam, lena)
    AssumedSession.objects.update(last_active_at=session.last_active_at.replace(microsecond=0) - timedelta(minutes=2))
    with refusing_writes():
        assert_says_so(visitor.post(reverse("assumed_session_exit")), 'id="assumed-session"')
    assert visitor.post(reverse("assumed_session_exit")).status_code == 302
    assert AssumedSession.objects.get().cause == Cause.EXIT
