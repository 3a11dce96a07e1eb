"""
Django's backend for PostgreSQL, with limits of time that a hanging server can't ignore, and an answer to poolers.

PostgreSQL keeps statement_timeout itself, so a server that is frozen keeps nothing. The process therefore waits only
for a limited time for each answer; then it hangs up, and the thread is free. What it had asked is undone by the server,
as for every client that is gone. Only if the last question was COMMIT, nobody knows whether it was heard.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from psycopg import Connection, OperationalError
from psycopg.errors import _WaitTimeout

from .limits import Limits, Serving

WAIT_AGAIN_SECONDS = 1
POOLED = (
    "A connection pooler stands in front of PostgreSQL: set DATABASE_POOLER=transaction, or DATABASE_POOLER=session if "
    "each client keeps its server connection. docs/guides/postgresql.md explains both."
)


class NoAnswer(OperationalError):
    """The server accepted a question, and sent nothing within the limit."""


class LimitedConnection(Connection):
    """A connection that is closed if an answer takes longer than `answer_seconds`; None waits for ever."""

    answer_seconds: float | None = None
    when_silent: Callable[[], None] = staticmethod(lambda: None)

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        if self.answer_seconds is not None:
            options.setdefault("timeout", self.answer_seconds)
        try:
            return super().wait(gen, *args, **options)
        except _WaitTimeout:
            self.pgconn.finish()
            self.when_silent()
            raise NoAnswer(f"the database didn't answer within {options['timeout']} s") from None


class DatabaseWrapper(base.DatabaseWrapper):
    """
    One connection of a thread.

    Its own options are `limits` and `pooler` (None, "session" or "transaction"); the others are libpq's.
    """

    # By alias: until when this process doesn't try to connect, because nobody answered a moment ago (monotonic time).
    gone_until: dict[str, float] = {}

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.patience = 0

    @property
    def limits(self) -> Limits:
        return self.settings_dict["OPTIONS"].get("limits") or Limits()

    @property
    def pooler(self) -> str | None:
        return self.settings_dict["OPTIONS"].get("pooler")

    @property
    def keeps_sessions(self) -> bool:
        """Return whether all statements of this connection reach the same session of the server."""
        return self.pooler != "transaction"

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        params.pop("limits", None)
        params.pop("pooler", None)
        params = self.limits.of_the_client() | params
        if Serving.is_on and self.pooler is None:
            ours = " ".join(f"-c {name}={value}" for name, value in self.limits.of_the_server().items())
            params["options"] = f"{ours} {params.get('options', '')}".strip()  # the last one counts
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> LimitedConnection:
        if Serving.is_on and time.monotonic() < self.gone_until.get(self.alias, 0):
            raise NoAnswer("the database didn't answer a moment ago")
        began = time.monotonic()
        try:
            # Without Django's pool option, which needs another package.
            made = LimitedConnection.connect(**conn_params)
        except OperationalError as error:
            if "startup parameter" in str(error):
                raise ImproperlyConfigured(f"{POOLED} It said: {error}") from None  # no database is away
            if time.monotonic() - began >= self.limits.connect_seconds:
                give_up_for_a_moment(self.alias)  # a refusal takes no time, so it needs no rest
            raise
        made.autocommit = True
        made.when_silent = partial(give_up_for_a_moment, self.alias)
        self.gone_until.pop(self.alias, None)
        level = self.settings_dict["OPTIONS"].get("isolation_level")
        self.isolation_level = IsolationLevel.READ_COMMITTED if level is None else IsolationLevel(level)
        if level is not None:
            made.isolation_level = IsolationLevel(level)  # type: ignore[assignment]
        if self.pooler is None:
            refuse_unknown_pooler(made)
        made.answer_seconds = self.answer_seconds()
        return made

    def answer_seconds(self) -> float | None:
        """Return the limit for one answer: None in a command, which waits as long as the server works."""
        if not Serving.is_on:
            return None
        return self.limits.long_statement_seconds + 1 if self.patience else self.limits.answer_seconds

    def is_usable(self) -> bool:
        raw = self.connection
        if raw is None or raw.closed:
            return False
        if Serving.is_on:
            raw.answer_seconds = self.limits.connect_seconds
        try:
            raw.execute("SELECT 1")
        except self.Database.Error:
            return False
        raw.answer_seconds = self.answer_seconds()
        return True

    def close_if_unusable_or_obsolete(self) -> None:
        self.patience = 0  # a new request begins, or one has ended
        super().close_if_unusable_or_obsolete()

    def chunked_cursor(self) -> Any:
        """Return a cursor of the server, unless a pooler gives the next statement to another session."""
        return super().chunked_cursor() if self.keeps_sessions or self.in_atomic_block else self.cursor()

    @contextmanager
    def patient(self) -> Iterator[None]:
        """Give each statement of the block the limits of long work. In a transaction they hold until its end."""
        if not Serving.is_on:
            yield
            return
        self.patience += 1
        self.ensure_connection()
        self.set_limits()
        try:
            yield
        finally:
            self.patience = max(self.patience - 1, 0)
            if not self.in_atomic_block and self.connection is not None and not self.connection.closed:
                try:
                    self.set_limits()
                except DatabaseError:
                    self.close()

    def set_limits(self) -> None:
        """Tell the client and the server which limits hold now."""
        self.connection.answer_seconds = self.answer_seconds()
        if not self.keeps_sessions and not self.in_atomic_block:
            return
        local = "true" if self.in_atomic_block else "false"
        values = self.limits.of_the_server(is_patient=bool(self.patience))
        with self.cursor() as cursor:
            calls = ", ".join(f"set_config('{name}', '{value}', {local})" for name, value in values.items())
            cursor.execute(f"SELECT {calls}")

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if self.patience and not autocommit and not self.keeps_sessions:
            # A pooler's session is ours only for this transaction. Django sets in_atomic_block a moment later.
            values = self.limits.of_the_server(is_patient=True)
            self.connection.execute("; ".join(f"SET LOCAL {name} = '{value}'" for name, value in values.items()))


def give_up_for_a_moment(alias: str) -> None:
    """Let requests fail at once instead of each waiting for a server that is silent."""
    DatabaseWrapper.gone_until[alias] = time.monotonic() + WAIT_AGAIN_SECONDS


def refuse_unknown_pooler(made: LimitedConnection) -> None:
    """Raise ImproperlyConfigured if a pooler answers for PostgreSQL: it makes up the number of the server's process."""
    with made.cursor() as cursor:
        row = cursor.execute("SELECT pg_backend_pid()").fetchone()
    if row and row[0] != made.info.backend_pid:
        made.close()
        raise ImproperlyConfigured(POOLED)
