"""Triggers that are missing, and their functions."""

import re

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from audit import triggers
from config import health

from .test_triggers import run

pytestmark = pytest.mark.django_db


def test_a_missing_trigger_is_reported_and_migrate_restores_it(db):
    name = "audit_auditevent_delete"
    on = " ON audit_auditevent" if connection.vendor == "postgresql" else ""
    run(f"DROP TRIGGER {name}{on}")
    assert triggers.missing(connection) == [name]
    assert health.missing() == f"triggers of the audit log are missing: {name}"
    assert [error.id for error in triggers.in_force(None, ["default"])] == ["audit.E001"]
    triggers.create_after_migrate(None, "default")
    assert triggers.missing(connection) == []
    assert health.missing() == ""


def test_a_disabled_trigger_counts_as_missing(db):
    if connection.vendor == "postgresql":
        run("ALTER TABLE audit_auditevent DISABLE TRIGGER audit_auditevent_update")
        assert triggers.missing(connection) == ["audit_auditevent_update"]
    else:
        run("DROP TRIGGER audit_auditevent_update")
        assert triggers.missing(connection) == ["audit_auditevent_update"]


def test_an_upgrade_that_brings_a_trigger_may_begin(db):
    """`migrate` checks before it migrates; the health check says meanwhile that a migration is missing."""
    run("DROP TRIGGER audit_auditseal_insert" + (" ON audit_auditseal" if connection.vendor == "postgresql" else ""))
    newest = MigrationRecorder(connection).migration_qs.filter(app="audit").order_by("-name")[0]
    newest.delete()
    assert triggers.in_force(None, ["default"]) == []
    assert health.missing() == f"migrations are missing: audit.{newest.name}"
    MigrationRecorder(connection).record_applied("audit", newest.name)
    assert [error.id for error in triggers.in_force(None, ["default"])] == ["audit.E001"]


def test_a_database_without_all_tables_of_the_log_gets_no_triggers_and_is_not_reported(db):
    triggers.drop(connection)
    run("ALTER TABLE audit_auditseal RENAME TO audit_elsewhere")
    triggers.create_after_migrate(None, "default")
    assert triggers.missing(connection) == sorted(triggers.WANTED[connection.vendor])
    assert triggers.in_force(None, ["default"]) == []
    run("ALTER TABLE audit_elsewhere RENAME TO audit_auditseal")
    assert len(triggers.in_force(None, ["default"])) == len(triggers.WANTED[connection.vendor])


def test_functions_of_the_triggers_name_the_schema_of_each_table():
    """Which holds on a machine without PostgreSQL too; the temporary tables of test_triggers.py try it."""
    assert re.findall(r"\b(?:FROM|JOIN) (?!public\.)\w+", triggers.POSTGRESQL_FUNCTIONS) == []
