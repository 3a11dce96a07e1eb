"""
Limits of time of database connections, in seconds; .env.example explains them.

The limits of statements hold for requests, because a request that waits keeps a thread. Commands such as migrate,
import_users or verify_audit may take as long as they need, and so may long work of a request (`patient`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Limits:
    """Each limit with its default. Its variable is DATABASE_ and the name in capitals."""

    connect_seconds: int = 3
    statement_seconds: int = 5
    answer_seconds: int = 6
    lock_seconds: int = 4
    long_statement_seconds: int = 600
    idle_in_transaction_seconds: int = 60
    keepalive_idle_seconds: int = 10
    keepalive_interval_seconds: int = 5
    keepalive_count: int = 3
    tcp_user_timeout_seconds: int = 15

    def of_the_client(self) -> dict[str, int]:
        """Return the limits that libpq keeps, by its names; tcp_user_timeout is in milliseconds."""
        return {
            "connect_timeout": self.connect_seconds,
            "keepalives": 1,
            "keepalives_idle": self.keepalive_idle_seconds,
            "keepalives_interval": self.keepalive_interval_seconds,
            "keepalives_count": self.keepalive_count,
            "tcp_user_timeout": self.tcp_user_timeout_seconds * 1000,
        }

    def of_the_server(self, *, is_patient: bool = False) -> dict[str, str]:
        """Return the limits that PostgreSQL keeps, by its names. is_patient: those of long work."""
        long = f"{self.long_statement_seconds}s"
        if is_patient:
            return {"statement_timeout": long, "lock_timeout": long, "idle_in_transaction_session_timeout": long}
        return {
            "statement_timeout": f"{self.statement_seconds}s",
            "lock_timeout": f"{self.lock_seconds}s",
            "idle_in_transaction_session_timeout": f"{self.idle_in_transaction_seconds}s",
        }


def from_texts(texts: dict[str, str]) -> Limits:
    """Return the limits from variables; "" is the default. Raise ImproperlyConfigured if they can't be kept."""
    given = {}
    for field in fields(Limits):
        variable = f"DATABASE_{field.name.upper()}"
        text = texts[variable].strip() or str(field.default)
        if not re.fullmatch(r"[1-9][0-9]{0,5}", text):
            raise ImproperlyConfigured(f"{variable} must be a whole number from 1 to 999999, not {text!r}.")
        given[field.name] = int(text)
    limits = Limits(**given)
    if limits.connect_seconds < 2:
        raise ImproperlyConfigured("DATABASE_CONNECT_SECONDS must be 2 or more: the driver makes 2 of a lower number.")
    if not limits.lock_seconds <= limits.statement_seconds < limits.answer_seconds:
        raise ImproperlyConfigured(
            "DATABASE_LOCK_SECONDS may not exceed DATABASE_STATEMENT_SECONDS, and DATABASE_ANSWER_SECONDS must exceed "
            "it: else the process hangs up before the database has refused a slow statement."
        )
    if limits.long_statement_seconds < limits.statement_seconds:
        raise ImproperlyConfigured("DATABASE_LONG_STATEMENT_SECONDS may not be below DATABASE_STATEMENT_SECONDS.")
    return limits


class Serving:
    """Whether this process answers requests, so that statements have limits."""

    is_on = False


def serve() -> None:
    """Keep the limits of requests in this process; the WSGI entry point calls this."""
    Serving.is_on = True
