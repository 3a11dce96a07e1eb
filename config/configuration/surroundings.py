"""Problems of what the platform needs around it: the database, the cache, the mail server, and their clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from secrets import token_hex

from django.conf import settings
from django.core.cache import cache
from django.core.mail import get_connection
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

from audit import clock, keys, triggers

from .values import Problem

MOST_DIFFERENCE = timedelta(seconds=5)


def database_problems() -> Iterator[Problem]:
    """Yield whether the database answers, is migrated, guards the log, and agrees about the time."""
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        away = abs(clock.difference())
        if missing:
            yield "DATABASE_URL", f"The database lacks {len(missing)} migrations. Run `manage.py migrate`."
        elif triggers.missing(connection):
            yield "DATABASE_URL", "The triggers that guard the audit log are missing. Run `manage.py migrate`."
        else:
            keys.refuse_retired(keys.rotated_to(), rotates=False)
    except keys.RetiredKey:
        yield "AUDIT_KEYS", "Its first key was replaced by a rotation. Put the newer key in front."
        return
    except (DatabaseError, InterfaceError, OSError) as error:
        yield "DATABASE_URL", f"The database doesn't answer ({type(error).__name__}). Check host, name and password."
        return
    if away > MOST_DIFFERENCE:
        seconds = round(away.total_seconds())
        yield "clock", f"This machine's clock differs from the database's by {seconds} s. Set both by a time server."


def cache_problems() -> Iterator[Problem]:
    """Yield whether the cache keeps what is stored."""
    key = f"check-config:{token_hex(8)}"
    try:
        cache.set(key, 1, timeout=60)
        kept = cache.get(key) == 1
        cache.delete(key)
    except Exception as error:  # each backend has errors of its own
        what = (
            "Run `manage.py migrate`" if settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache") else "Start it"
        )
        yield "CACHE_URL", f"The cache doesn't answer ({type(error).__name__}). {what}, or write another address."
        return
    if not kept:
        yield "CACHE_URL", "The cache keeps nothing, so no limit counts. Write dbcache:// or the address of a Redis."


def mail_problems() -> Iterator[Problem]:
    """Yield whether the mail server lets the platform in."""
    try:
        mail = get_connection()
        mail.open()
        mail.close()
    except OSError as error:
        yield "EMAIL_URL", f"The mail server doesn't let us in ({type(error).__name__}). Check host, port and password."


CHECKS: tuple[Callable[[], Iterator[Problem]], ...] = (database_problems, cache_problems)
