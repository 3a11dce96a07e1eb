"""Exit and sign-out while the audit log can't be written: nothing is half done, and afterwards both work."""

from contextlib import contextmanager

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError
from django.test import Client
from django.urls import reverse

from audit import log
from audit.models import AuditEvent
from audit.verification.checker import verify
from impersonation.models import AssumedSession, Cause, Mode
from tests.support.assumed import log_in_as, sign_in

pytestmark = pytest.mark.django_db


@contextmanager
def refusing(error):
    """Refuse the rows of the log, as a database does that is full, read-only or locked."""

    def refuse(_events):
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "append", refuse)
        yield


@contextmanager
def without_a_key():
    """Remove the key that signs from the settings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.AUDIT_KEYS", {})
        yield


WAYS_OUT = {"assumed_session_exit": Cause.EXIT, "account_logout": Cause.SIGNED_OUT}
DISORDERS = {
    "locked": lambda: refusing(OperationalError("database is locked")),
    "read-only": lambda: refusing(OperationalError("cannot execute INSERT in a read-only transaction")),
    "refused": lambda: refusing(DatabaseError("an event may only be appended")),
    "gone": lambda: refusing(InterfaceError("connection already closed")),
    "no key": without_a_key,
}


@pytest.fixture(params=DISORDERS)
def disorder(request):
    return DISORDERS[request.param]


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


def assert_says_so(response, *words):
    """Assert that the error page has the usual layout, so that the way out can be tried again."""
    page = response.content.decode()
    assert response.status_code == 500
    assert [word for word in ("Nothing was half done", *words) if word not in page] == []


@pytest.mark.parametrize("mode", Mode.values)
@pytest.mark.parametrize(
    ("way_out", "cause"), [("assumed_session_exit", Cause.EXIT), ("account_logout", Cause.SIGNED_OUT)]
)
def test_sam_stays_in_lenas_account_until_the_log_can_be_written(visitor, sam, lena, disorder, mode, way_out, cause):
    log_in_as(visitor, sam, lena, mode=mode)
    before = AuditEvent.objects.count()
    with disorder():
        response = visitor.post(reverse(way_out))
        assert_says_so(response, "Logged in on behalf of")
        session = AssumedSession.objects.get()
        assert (session.ended_at, session.cause, AuditEvent.objects.count()) == (None, "", before)
    assert "Logged in on behalf of" in visitor.get("/").content.decode()
    assert visitor.post(reverse(way_out)).status_code == 302
    assert AssumedSession.objects.get().cause == cause
    assert visitor.get("/").status_code == 302
    assert verify().exit_code == 0


def test_lena_stays_signed_in_until_the_log_can_be_written(visitor, lena, disorder):
    sign_in(visitor, lena)
    with disorder():
        response = visitor.post(reverse("account_logout"))
        assert_says_so(response)
    assert visitor.get("/").status_code == 200
    assert visitor.post(reverse("account_logout")).status_code == 302
    assert visitor.get("/").status_code == 302


def test_nobody_gets_in_while_the_log_can_not_be_written(visitor, sam, lena, disorder):
    with disorder():
        response = visitor.post(reverse("account_login"), {"login": lena.email, "password": "standin-demo"})
        assert response.status_code == 500
        assert visitor.get("/").status_code == 302
    sign_in(visitor, sam)
