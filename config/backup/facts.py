"""What a manifest says about the database of a backup. It holds no secret: keys are named, and never stored."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection
from django.db.models import FileField

from accounts.models import Mail
from accounts.second_factor_keys import SECRETS
from audit.models import AuditEvent
from config.environment import BASE_DIR
from impersonation.models import AssumedSession

EVENTS = AuditEvent._meta.db_table
Rows = list[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    The content of the database at one moment.

    dump: the file that holds it. rows: the rows of a statement at that moment. granted_to: roles other than the owner
    that may read the audit log. server: the major version of the database server, or 0.
    """

    dump: Path
    rows: Callable[[str], Rows]
    granted_to: list[str]
    server: int = 0


def of(snapshot: Snapshot) -> dict[str, Any]:
    """Return what the manifest says about a snapshot."""
    rows = snapshot.rows
    return {
        "version": installed_version(),
        "engine": connection.vendor,
        "server": snapshot.server,
        "migrations": [f"{app}.{name}" for app, name in rows("SELECT app, name FROM django_migrations ORDER BY id")],
        "counts": {table: rows(f'SELECT COUNT(*) FROM "{table}"')[0][0] for table in tables()},  # noqa: S608
        "head": head(rows),
        "keys": {"AUDIT_KEYS": audit_keys(rows), "SECOND_FACTOR_KEYS": second_factor_keys(rows)},
        "granted_to": snapshot.granted_to,
        "waiting_mail": waiting_mail(rows),
        "live_assumed_sessions": live(rows),
    }


def installed_version() -> str:
    return tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def tables() -> list[str]:
    """Return the names of all tables of the application."""
    return sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed})


def head(rows: Callable[[str], Rows]) -> dict[str, Any] | None:
    """Return log, number and hash of the newest audit event; None if the log is empty."""
    newest = rows(f"SELECT log_id, seq, entry_hash FROM {EVENTS} ORDER BY seq DESC LIMIT 1")  # noqa: S608
    return {"log_id": str(UUID(str(newest[0][0]))), "seq": newest[0][1], "entry_hash": newest[0][2]} if newest else None


def audit_keys(rows: Callable[[str], Rows]) -> list[str]:
    """Return the names of the keys that signed the log."""
    return sorted(name for (name,) in rows(f"SELECT DISTINCT key_id FROM {EVENTS}"))  # noqa: S608


def second_factor_keys(rows: Callable[[str], Rows]) -> list[str]:
    """Return the names of the keys that encrypt secrets of second factors."""
    names = set()
    for (data,) in rows(f"SELECT data FROM {Authenticator._meta.db_table}"):  # noqa: S608
        data = json.loads(data) if isinstance(data, str) else data
        for secret in SECRETS:
            stored = data.get(secret)
            for text in stored if isinstance(stored, list) else [stored]:
                if isinstance(text, str) and ":" in text:
                    names.add(text.partition(":")[0])
    return sorted(names)


def waiting_mail(rows: Callable[[str], Rows]) -> dict[str, int]:
    """Return the number of mails that wait in the outbox, by their kind."""
    table = Mail._meta.db_table
    waiting = f"SELECT kind, COUNT(*) FROM {table} WHERE sent_at IS NULL AND given_up_at IS NULL GROUP BY kind"  # noqa: S608
    counts = {kind: count for kind, count in rows(waiting)}  # noqa: C416 (rows of any length)
    return dict(sorted(counts.items()))


def live(rows: Callable[[str], Rows]) -> int:
    """Return the number of assumed sessions without an end."""
    return rows(f"SELECT COUNT(*) FROM {AssumedSession._meta.db_table} WHERE ended_at IS NULL")[0][0]  # noqa: S608


def uploads(rows: Callable[[str], Rows]) -> list[str]:
    """Return the names of all uploaded files that the database refers to."""
    names: set[str] = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FileField):
                named = rows(f'SELECT DISTINCT "{field.column}" FROM "{model._meta.db_table}"')  # noqa: S608
                names |= {name for (name,) in named if name}
    return sorted(names)
