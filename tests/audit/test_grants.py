"""The application signs in as a role that can add to the log and read it, and nothing else."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from audit.models import AuditEvent
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
