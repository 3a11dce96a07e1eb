"""
The clock of limits and deadlines: the database's, because every node has a clock of its own.

The difference to this machine's clock is measured on each new connection, so at least once in CONN_MAX_AGE. On SQLite
both are the same clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

# A smaller difference counts as none, because the round trip to the database takes time too.
SAME_CLOCK = timedelta(seconds=1)


def now() -> datetime:
    """Return the time of the database's clock."""
    return timezone.now() + difference()


def seconds() -> float:
    """Return the time of the database's clock in seconds since the epoch."""
    return now().timestamp()


def not_before(earlier: datetime) -> datetime:
    """Return the time of the database's clock, or `earlier` if the clock was set back since then."""
    return max(now(), earlier)


def difference() -> timedelta:
    """Return the database's clock minus this machine's clock."""
    connection.ensure_connection()
    return getattr(connection, "_clock_difference")  # noqa: B009 (the wrapper's type knows no such name)


def measure(sender: Any, connection: Any, **details: Any) -> None:
    """Store the difference between the database's clock and this machine's clock on a new connection."""
    connection._clock_difference = timedelta()
    if connection.vendor != "postgresql":
        return
    # Ask the driver, so that tests which count the queries of a page don't count this one.
    row = connection.connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    away = timedelta(seconds=row[0] - timezone.now().timestamp())
    if abs(away) >= SAME_CLOCK:
        connection._clock_difference = away
