"""
Read replica: lists that only show may be read from a standby, which lags behind. Nothing decides by what it says.

A view with `@may_read_replica` finds the alias of its database in `request.read_from`. It is the primary's for requests
that change something, right after a change in the same browser, and whenever the standby is gone or lags too much.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.template.response import TemplateResponse

logger = logging.getLogger(__name__)
ALIAS = "replica"
# After a change the browser reads from the primary for as long as a replica in use may lag.
OWN_CHANGES_COOKIE = "own_changes"
# Seconds for which nobody asks a replica that failed.
LEFT_ALONE = 10
# On the primary: what a replica must have replayed to be up to date, which cluster it is, and the time.
POSITION = """
SELECT pg_current_wal_insert_lsn()::text, (SELECT system_identifier FROM pg_control_system()), current_database(),
       extract(epoch FROM clock_timestamp())::float8
"""
# On the replica: the same, whether it has replayed the position, and when its newest commit was made.
REPLAYED = """
SELECT (SELECT system_identifier FROM pg_control_system()), current_database(), pg_is_in_recovery(),
       CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() >= %s::pg_lsn END,
       extract(epoch FROM pg_last_xact_replay_timestamp())::float8
"""


class Unusable(Exception):
    """The replica is no standby of this database; the message says why."""


class Router:
    """Database router: everything is written to the primary, objects that were read from the replica too."""

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == ALIAS else None


class Health:
    """When this process may ask the replica again."""

    asked_again_at = 0.0

    def fail(self) -> None:
        self.asked_again_at = time.monotonic() + LEFT_ALONE

    @property
    def is_bad(self) -> bool:
        return time.monotonic() < self.asked_again_at


health = Health()


def is_configured() -> bool:
    return ALIAS in settings.DATABASES


def lag() -> float:
    """
    Return the seconds by which the replica is behind at most; 0 if it has all that the primary has written.

    Both times are of the primary's clock. Raise Unusable or DatabaseError if nothing can be said.
    """
    with connection.cursor() as cursor:
        cursor.execute(POSITION)
        position, *identity, now = cursor.fetchone()
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(REPLAYED, [position])
        *found, is_standby, is_complete, newest_commit = cursor.fetchone()
    if found != identity:
        raise Unusable("It belongs to another cluster or another database")
    if not is_standby:
        raise Unusable("It is no standby (any more)")
    if is_complete:
        return 0.0
    return max(now - newest_commit, 0.0) if newest_commit is not None else float("inf")


def choose(request: Any) -> None:
    """Set `request.read_from`, and `request.read_lag` in seconds if it is the replica."""
    request.read_from, request.read_lag = DEFAULT_DB_ALIAS, None
    if not is_configured() or request.method not in ("GET", "HEAD") or health.is_bad:
        return
    if OWN_CHANGES_COOKIE in request.COOKIES:
        return
    try:
        seconds = lag()
    except (DatabaseError, Unusable):
        logger.exception("The replica can't be used; the primary is read")
        health.fail()
        return
    if seconds <= settings.REPLICA_MAX_LAG:
        request.read_from, request.read_lag = ALIAS, round(seconds)


def may_read_replica(view: Callable[..., Any]) -> Any:
    """Mark a view whose list may come from the replica. If the replica fails meanwhile, the primary answers."""

    @wraps(view)
    def wrapped(request: Any, *args: Any, **options: Any) -> Any:
        choose(request)
        if request.read_from == DEFAULT_DB_ALIAS:
            return view(request, *args, **options)
        try:
            response = view(request, *args, **options)
            return response.render() if isinstance(response, TemplateResponse) else response
        except DatabaseError:
            logger.exception("The replica failed during a page; the primary is read")
            health.fail()
            request.read_from, request.read_lag = DEFAULT_DB_ALIAS, None
            return view(request, *args, **options)

    return wrapped


def remember_own_changes(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Let a browser read from the primary after each of its changes, until a replica in use must have them."""

    def middleware(request: Any) -> Any:
        response = get_response(request)
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            response.set_cookie(
                OWN_CHANGES_COOKIE,
                "1",
                max_age=settings.REPLICA_MAX_LAG + 1,
                path=settings.SESSION_COOKIE_PATH,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware
