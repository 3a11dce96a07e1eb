"""
Metrics that the server's processes count, each with few labels.

A label is the name of a view, a method or a class of status codes: never a path, an id or anything that somebody typed,
so that neither the number of series nor what they say depends on what strangers send.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

from .shared_folder import VARIABLE

IS_SHARED = bool(os.environ.get(VARIABLE))
if IS_SHARED:
    # prometheus_client decides at its import, which may have been before the folder was known.
    values.ValueClass = values.MultiProcessValue()

REGISTRY = CollectorRegistry()
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.3, 1, 3, 10, 30)

REQUESTS = Counter(
    "standin_requests", "Answered requests.", ["view", "method", "status"], registry=REGISTRY
)  # fmt: skip
DURATIONS = Histogram(
    "standin_request_seconds", "Seconds until the answer began.", ["view"], buckets=SECONDS, registry=REGISTRY
)
UNAVAILABLE = Counter(
    "standin_unavailable_answers",
    "Answers 503: the database or the log could not be reached or written, or too much was sent at once.",
    registry=REGISTRY,
)
ANCHOR_FAILURES = Counter(
    "standin_anchor_failures", "Anchors of the audit log that could not be written to AUDIT_ANCHOR_FILE.",
    registry=REGISTRY,
)  # fmt: skip


def count(view: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    REQUESTS.labels(view, method, f"{status // 100}xx").inc()
    DURATIONS.labels(view).observe(seconds)
    if status == 503:
        UNAVAILABLE.inc()


def text(*collectors: Any) -> bytes:
    """Return the metrics of all processes of this server, and those of more collectors, as Prometheus reads them."""
    if not IS_SHARED:
        return generate_latest(REGISTRY) + generate_latest(Collected(collectors))
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return generate_latest(together) + generate_latest(Collected(collectors))


class Collected(CollectorRegistry):
    """A registry that asks its collectors once, for one scrape."""

    def __init__(self, collectors: Iterable[Any]):
        super().__init__()
        self.collectors = collectors

    def collect(self) -> Iterable[Any]:
        for collector in self.collectors:
            yield from collector()
