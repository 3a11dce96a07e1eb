"""
Restoring a backup: everything is checked first, then the uploads are stored, and the database changes in one moment.

The restore writes nothing into the audit log, so that the first event after it can say that it happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accounts.models import Mail, User
from audit.models import AuditEvent
from config.environment import BASE_DIR
from config.models import CacheEntry

from . import archive, engines, facts, kept_outside, uploads
from .errors import BackupError

GRANTS = BASE_DIR / "docs" / "reference" / "audit_grants.sql"
# Tables of which a restore keeps nothing. A browser session of the backup would sign in somebody who has signed out, or
# whose account was closed since; the cache holds counters and files of that time.
EMPTIED = (Session._meta.db_table, CacheEntry._meta.db_table)
HELD = f"""
    UPDATE {Mail._meta.db_table} SET given_up_at = CURRENT_TIMESTAMP WHERE sent_at IS NULL AND given_up_at IS NULL
"""  # noqa: S608 (the name of our own table)


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of a restore. said: sentences for the operator. lost_roles: roles that the server doesn't have."""

    uploads: int
    said: list[str]
    granted_to: list[str]
    lost_roles: list[str]


def why_not_restore(manifest: dict[str, Any], *, replace: bool) -> str:
    """Return why the backup can't be restored here, as a sentence; "" if it can."""
    if manifest["engine"] != connection.vendor:
        names = engines.NAMES
        return (
            f"The backup is of {names.get(manifest['engine'], manifest['engine'])}, and DATABASE_URL is "
            f"{names[connection.vendor]}. A backup is restored into the same kind of database."
        )
    if unknown := sorted(set(manifest["migrations"]) - known_migrations()):
        return (
            f"The backup was made by version {manifest['version']}, which knows migrations that this version doesn't "
            f"({unknown[0]}). Install that version, or a newer one."
        )
    if refused := engines.engine().refusal(manifest):
        return refused
    if not replace and (people := people_here()):
        return f"The database holds {people}. --replace deletes what it holds, and asks before it does."
    return ""


def known_migrations() -> set[str]:
    """Return the migrations of this version and of its packages, those that it has squashed included."""
    known = MigrationLoader(None).disk_migrations
    replaced = {key for migration in known.values() for key in getattr(migration, "replaces", [])}
    return {f"{app}.{name}" for app, name in known.keys() | replaced}


def people_here() -> str:
    """Return what the database holds, as words of a sentence; "" if it holds nobody and no event."""
    present = set(connection.introspection.table_names())
    counts = {model: model._default_manager.count() for model in (User, AuditEvent) if model._meta.db_table in present}
    if not any(counts.values()):
        return ""
    return f"{counts.get(User, 0)} people and {counts.get(AuditEvent, 0)} audit events"


def missing_keys(manifest: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each setting that lacks a key which the backup needs."""
    for setting, use in (("AUDIT_KEYS", "verify its audit log"), ("SECOND_FACTOR_KEYS", "read its second factors")):
        if gone := [name for name in manifest["keys"][setting] if name not in getattr(settings, setting)]:
            yield f"{setting} has no key {', '.join(map(repr, gone))}, which the backup needs to {use}."


def restore(opened: archive.Archive, *, send_waiting_mail: bool) -> Restored:
    """Restore a checked archive that `why_not_restore` allows."""
    engine, manifest = engines.engine(), opened.manifest
    # Roles of the database that is replaced keep their grants too.
    before = engine.roles()
    # A file that no row names is harmless; a row whose file is missing is not.
    stored = uploads.restore(opened)
    said = kept_outside.restore(opened)
    with TemporaryDirectory(prefix="standin-restore-") as place:
        dump = opened.extract(engine.PART, Path(place) / engine.PART)
        engine.check(dump, manifest["head"])
        settle = [f"DELETE FROM {table}" for table in EMPTIED] + ([] if send_waiting_mail else [HELD])  # noqa: S608
        engine.restore(dump, settle)
    compare(manifest)
    call_command("migrate", verbosity=0, interactive=False)
    granted, lost = grant(sorted({*manifest["granted_to"], *before}))
    return Restored(stored, said, granted, lost)


def compare(manifest: dict[str, Any]) -> None:
    """Raise BackupError unless the database holds what the manifest says."""
    with connection.cursor() as cursor:

        def rows(sql: str) -> facts.Rows:
            cursor.execute(sql)
            return cursor.fetchall()

        counts = {
            table: rows(f'SELECT COUNT(*) FROM "{table}"')[0][0]  # noqa: S608
            for table in manifest["counts"]
        }
        expected = manifest["counts"] | dict.fromkeys(EMPTIED, 0)
        wrong = sorted(table for table in expected if counts[table] != expected[table])
        if wrong or facts.head(rows) != manifest["head"]:
            raise BackupError(f"The database is not what the backup holds: {', '.join(wrong) or 'the audit log'}.")


def grant(roles: list[str]) -> tuple[list[str], list[str]]:
    """Give the roles their grants again; return those that have them, and those that the server doesn't have."""
    if connection.vendor != "postgresql":
        return [], []
    granted, lost = [], []
    with connection.cursor() as cursor:
        for role in roles:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                lost.append(role)
                continue
            statements = GRANTS.read_text(encoding="utf-8").replace(':"app"', connection.ops.quote_name(role))
            cursor.execute(statements, params=None)
            granted.append(role)
    return granted, lost
