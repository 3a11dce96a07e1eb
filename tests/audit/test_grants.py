"""The application signs in as a role that can add to the log and read it, and nothing else."""

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from audit import log
from audit.models import AuditEvent, AuditSeal
from audit.verification.checker import verify
from config.settings import BASE_DIR
from tests.support.assumed import log_in_as

GRANTS = BASE_DIR / "docs" / "reference" / "audit_grants.sql"
ROLE = "standin_grants_test"
pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture
def app_role(db):
    """Take the role inside the test's transaction, whose end removes it."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        cursor.execute(GRANTS.read_text().replace(':"app"', ROLE), params=None)
    return lambda: connection.cursor().execute(f"SET LOCAL ROLE {ROLE}")


def test_the_main_job_runs_under_the_role(client, sam, lena, app_role):
    app_role()
    log_in_as(client, sam, lena)
    assert client.get("/").status_code == 200
    client.post(reverse("assumed_session_exit"))
    assert list(AuditEvent.objects.order_by("seq").values_list("kind", flat=True)) == [
        "assumed_session.started", "assumed_session.looked", "assumed_session.ended",
    ]  # fmt: skip
    assert verify().exit_code == 0


def test_sign_in_is_throttled_under_the_role(client, lena, app_role):
    app_role()
    for _ in range(12):
        response = client.post(reverse("account_login"), {"login": lena.email, "password": "wrong"})
    assert response.status_code == 429 or "Too many" in response.content.decode()


@pytest.mark.parametrize("table", ["audit_auditevent", "audit_audittext", "audit_auditerasure", "audit_auditseal"])
@pytest.mark.parametrize(
    "sql", ["DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}", "ALTER TABLE {} DISABLE TRIGGER ALL"]
)
def test_the_role_takes_nothing_away(table, sql, app_role):
    app_role()
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(table))


def test_the_role_seals_nothing_and_the_owner_does(app_role, tmp_path):
    """Within the test's transaction, which is rolled back: the steps of seal_audit that need the owner."""
    with time_machine.travel("2020-05-01", tick=False), log.recording():
        log.record("user.changed")
        log.record("audit.sealed", detail={"through": 1})
    first = AuditEvent.objects.get(seq=1)
    columns = {"entry_hash": first.entry_hash, "through_at": first.at, "export_sha256": "x", "sealed_by_id": 2}
    app_role()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        AuditSeal.objects.create(through_seq=1, **columns)
    connection.cursor().execute("RESET ROLE")
    AuditSeal.objects.create(through_seq=1, **columns)
    app_role()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        AuditEvent.objects.filter(seq=1).delete()
    connection.cursor().execute("RESET ROLE")
    assert AuditEvent.objects.filter(seq=1).delete()[0] == 1
