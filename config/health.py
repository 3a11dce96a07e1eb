"""
Health checks: `/healthz` says that the process lives, `/readyz` that it can serve. Both answer before anything else.

A balancer asks with any Host, over plain HTTP, and without a session; so they are no views, and stand before all
middleware. The caller gets one word, and the log says what is missing.
"""

import logging
import threading
import time
from typing import NamedTuple

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse

from audit import anchors, keys, triggers
from audit.verification.undeclared import log_undeclared

from .files import uploads
from .sub_path import LIVE, READY

logger = logging.getLogger("config.health")
LIMIT = 3  # seconds that /readyz waits for the database
FRESH = 1  # seconds for which an answer holds
_lock = threading.Lock()
_one_at_a_time = threading.Lock()
_graph: set[tuple[str, str]] = set()
_last_problem = ""


class Answer(NamedTuple):
    """What was missing at a moment, in seconds of the monotonic clock."""

    at: float
    problem: str


_newest = Answer(float("-inf"), "")


def health_checks(get_response):
    """Answer health checks, whatever the Host, scheme and cookies of the request."""

    def middleware(request):
        if request.path_info not in (LIVE, READY):
            return get_response(request)
        if request.method not in ("GET", "HEAD"):
            response = plain("only GET", 405)
            response.headers["Allow"] = "GET, HEAD"
        elif request.path_info == LIVE:
            response = plain("ok", 200)
        else:
            response = readiness()
        response.headers["Cache-Control"] = "no-store"
        return response

    return middleware


def plain(word: str, status: int) -> HttpResponse:
    return HttpResponse(f"{word}\n", content_type="text/plain", status=status)


def readiness() -> HttpResponse:
    """Answer 200 if nothing is missing, else 503; log a problem when it begins, and its end."""
    global _last_problem
    problem = missing_within_limit()
    if problem != _last_problem:
        _last_problem = problem
        if problem:
            logger.error("Not ready: %s", problem)
        else:
            logger.warning("Ready again")
    return plain("not ready", 503) if problem else plain("ok", 200)


def missing_within_limit() -> str:
    """
    Return what is missing; a database that doesn't answer in time is.

    A thread of its own asks, because a frozen database answers no limit that it has to keep itself. Only one thread
    waits for it, however many ask, and its answer holds for a moment, because strangers may ask too.
    """
    late = f"the database doesn't answer within {LIMIT} seconds"
    if not _one_at_a_time.acquire(timeout=LIMIT):
        return late
    if time.monotonic() - _newest.at < FRESH:
        _one_at_a_time.release()
        return _newest.problem
    answers = []

    def ask():
        global _newest
        try:
            answers.append(missing())
            _newest = Answer(time.monotonic(), answers[0])
        finally:
            connection.close()
            _one_at_a_time.release()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(LIMIT)
    return answers[0] if answers else late


def missing() -> str:
    """Return what keeps the process from serving, or an empty text."""
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
        unguarded = triggers.missing(connection)
        keys.refuse_retired(keys.rotated_to(), rotates=False)
    except keys.RetiredKey:
        return "the audit key is retired"
    except DatabaseError as error:
        return f"the database doesn't answer ({type(error).__name__})"
    if unapplied := sorted(needed() - applied):
        return f"migrations are missing: {', '.join('.'.join(names) for names in unapplied[:5])}"
    if unguarded:
        return f"triggers of the audit log are missing: {', '.join(unguarded)}"
    if anchors.unwritable():
        return "the audit anchor file can't be written"
    log_undeclared()  # the platform works, and records what it does, so it is ready
    return uploads.storage.problem()


def needed() -> set[tuple[str, str]]:
    """Return the migrations of this version. They are read once, because they don't change while a process runs."""
    with _lock:
        if not _graph:
            loader = MigrationLoader(None)
            _graph.update(node for leaf in loader.graph.leaf_nodes() for node in loader.graph.forwards_plan(leaf))
    return _graph
