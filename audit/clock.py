"""
The clock by which limits and deadlines are judged: the database's, because every node has a clock of its own.

How far this machine's clock is from the database's is measured whenever a connection is made, so at least once in
CONN_MAX_AGE. On SQLite both are the same clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

# Nearer than this, clocks are taken for the same one: the way to the database and back takes its time too.
SAME_CLOCK = timedelta(seconds=1)


def now() -> datetime:
    """Return the time of the database's clock."""
    return timezone.now() + difference()


def seconds() -> float:
    """Return the time of the database's clock in seconds since the epoch."""
    return now().timestamp()


def not_before(earlier: datetime) -> datetime:
    """Return the time of the database's clock, or `earlier` if a clock that was set since says less."""
    return max(now(), earlier)


def difference() -> timedelta:
    """Return what is to be added to this machine's clock to have the database's."""
    connection.ensure_connection()
    return getattr(connection, "_clock_difference")  # noqa: B009 (the wrapper's type knows no such name)


def measure(sender: Any, connection: Any, **details: Any) -> None:
    """Ask a new connection for the database's time, and remember on it how far this machine's clock is away."""
    connection._clock_difference = timedelta()
    if connection.vendor != "postgresql":
        return
    # Through the driver, so that no query is counted that no page has asked for.
    row = connection.connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    away = timedelta(seconds=row[0] - timezone.now().timestamp())
    if abs(away) >= SAME_CLOCK:
        connection._clock_difference = away
