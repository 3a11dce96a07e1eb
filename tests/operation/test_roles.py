"""Backup by the application's role, restore by the owner of the tables, and the grants afterwards."""

import os

import pytest

from config.settings import BASE_DIR
from tests.support.installations import database_url, installation, of_cluster

pytestmark = [pytest.mark.long, pytest.mark.postgresql]
GRANTS = BASE_DIR / "docs" / "reference" / "audit_grants.sql"
OWNER, APP, GONE = (f"standin_{name}_{os.getpid()}" for name in ("owner", "app", "gone"))
RECORD = "from audit import log\nwith log.recording(): log.record('user.changed', detail={'by': 'the application'})"


@pytest.fixture
def roles():
    for role in (OWNER, APP):
        of_cluster(f"CREATE ROLE {role} LOGIN")
    yield
    for role in (OWNER, APP):
        of_cluster(f"DROP ROLE {role}")


def test_the_application_backs_up_the_owner_restores_and_the_grants_are_given_again(roles, tmp_path):
    file = tmp_path / "backup.tar"
    with (
        installation(tmp_path, "before", owner=OWNER) as before,
        installation(tmp_path, "after", owner=OWNER) as after,
    ):
        before.run("migrate", "--verbosity=0")
        before.rows(GRANTS.read_text().replace(':"app"', APP))
        owner_before, owner_after = before.url, after.url
        before.url = database_url(owner_before.partition("?")[0].rpartition("/")[2], APP)
        before.python(RECORD)
        before.run("backup", file)
        # The application may not restore; its owner may, and the application goes on.
        after.url = database_url(owner_after.partition("?")[0].rpartition("/")[2], APP)
        refused = after.manage("restore", file)
        assert refused.returncode == 1
        assert "Sign in as their owner" in refused.stderr
        after.url = owner_after
        assert f"Grants were given again to {APP}." in after.run("restore", file)
        always = "SELECT DISTINCT tgenabled FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'audit_%'"
        assert after.rows(always) == [("A",)]
        assert after.rows("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'") == [(OWNER,)]
        after.url = database_url(owner_after.partition("?")[0].rpartition("/")[2], APP)
        after.python(RECORD)
        for statement in ("DELETE FROM audit_auditevent", "TRUNCATE audit_auditevent"):
            with pytest.raises(Exception, match="permission denied"):
                after.rows(statement)
        assert after.rows("SELECT COUNT(*) FROM audit_auditevent") == [(2,)]
        after.url = owner_after


def test_a_role_that_the_server_lacks_is_named(roles, tmp_path):
    file = tmp_path / "backup.tar"
    with (
        installation(tmp_path, "first", owner=OWNER) as first,
        installation(tmp_path, "second", owner=OWNER) as second,
    ):
        first.run("migrate", "--verbosity=0")
        of_cluster(f"CREATE ROLE {GONE}")
        of_cluster(f"GRANT {GONE} TO {OWNER}")
        first.rows(GRANTS.read_text().replace(':"app"', GONE))
        first.run("backup", file)
        first.rows(f"DROP OWNED BY {GONE}")
        of_cluster(f"DROP ROLE {GONE}")
        done = second.manage("restore", file)
        assert done.returncode == 0, done.stderr
        assert f"the server has no role {GONE!r}" in done.stderr
