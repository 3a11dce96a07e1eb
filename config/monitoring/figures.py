"""
Figures that come from the database when somebody scrapes, the same on every node and in every process.

They are read in few statements of bounded cost, at most every CACHED_FOR seconds in a process. Each statement uses an
index, and looks at what is open now or happened within the last hour, however old the company is.
"""

from __future__ import annotations

import json
import logging
import platform
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock

import django
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Count, Min
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric

from accounts.models import LastRun, Mail
from accounts.models.login_as_rules import in_force, read_stored_rules
from accounts.policy import Refusal
from audit import anchors, clock
from audit.kinds import Kind
from audit.models import AuditEvent, AuditText, Part
from config.version import VERSION
from impersonation.models import AssumedSession, Cause, Notice

logger = logging.getLogger(__name__)
CACHED_FOR = 10  # seconds
WINDOW = timedelta(hours=1)
MOST_REFUSALS = 5_000  # whose reasons are read, so that no scrape reads more
# Milliseconds for one statement of a scrape on PostgreSQL.
AT_MOST = 5_000
COUNTED = (
    Kind.ASSUMED_SESSION_STARTED,
    Kind.ASSUMED_SESSION_REFUSED,
    Kind.ASSUMED_SESSION_ENDED,
    Kind.ASSUMED_SESSION_REVOKED,
    Kind.ASSUMED_SESSION_OBJECTED,
    Kind.SIGN_IN_SUCCEEDED,
    Kind.SIGN_IN_FAILED,
    Kind.MAIL_GIVEN_UP,
)

_lock = Lock()
_kept: tuple[float, list[Metric]] = (-CACHED_FOR, [])


def collect() -> Iterable[Metric]:
    """Return the figures, those of the database as they were CACHED_FOR seconds ago at most."""
    global _kept
    with _lock:
        at, found = _kept
        if time.monotonic() - at >= CACHED_FOR:
            found = read()
            _kept = (time.monotonic(), found)
    return [*of_this_process(), *found]


def of_this_process() -> Iterator[Metric]:
    """Yield what needs no database."""
    about = {"version": VERSION, "python": platform.python_version(), "django": django.get_version()}
    yield InfoMetricFamily("standin_build", "Versions of the running program.", about)
    yield gauge(
        "standin_anchor_file_writable",
        "1 if AUDIT_ANCHOR_FILE can be written, or isn't set; 0 if anchors are lost.",
        not anchors.unwritable(),
    )


def read() -> list[Metric]:
    """Return the figures of the database, or only that it does not answer."""
    name, text = "standin_database_up", "1 if the database answered this scrape, 0 if it didn't."
    try:
        with within_limit():
            found = list(of_the_database(clock.now()))
    except (DatabaseError, InterfaceError, OSError) as error:
        logger.warning("The database didn't answer a scrape: %s", type(error).__name__)
        return [gauge(name, text, False)]
    return [gauge(name, text, True), *found]


@contextmanager
def within_limit() -> Iterator[None]:
    """Limit the time of each statement on PostgreSQL. On SQLite a transaction would wait for the writers."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {AT_MOST}")
        yield


def of_the_database(now: datetime) -> Iterator[Metric]:
    """Yield the figures, in nine queries."""
    rules = in_force(read_stored_rules())
    live = AssumedSession.objects.not_expired(now, rules).order_by().values("mode").annotate(count=Count("pk"))
    yield labelled(
        "standin_live_assumed_sessions", "Assumed sessions that are open now, by mode.", "mode",
        {"act": 0, "look_only": 0} | dict(live.values_list("mode", "count")),
    )  # fmt: skip
    yield from waiting(now)
    yield from head(now)
    yield from of_the_last_hour(now - WINDOW)
    yield from last_runs(now)


def waiting(now: datetime) -> Iterator[Metric]:
    """Yield how many mails wait in each outbox, and for how many seconds the oldest one."""
    count = GaugeMetricFamily("standin_mails_waiting", "Mails that wait in an outbox.", labels=["outbox"])
    oldest = GaugeMetricFamily(
        "standin_oldest_mail_seconds", "Seconds that the oldest waiting mail has waited; 0 if none waits.",
        labels=["outbox"],
    )  # fmt: skip
    for outbox, model in (("mails", Mail), ("notices", Notice)):
        open_ones = model.objects.filter(sent_at=None, given_up_at=None)
        found = open_ones.order_by().aggregate(count=Count("pk"), first=Min("created_at"))
        count.add_metric([outbox], found["count"])
        oldest.add_metric([outbox], seconds(now, found["first"]) if found["first"] else 0)
    yield count
    yield oldest


def head(now: datetime) -> Iterator[Metric]:
    """Yield the number of the newest audit event."""
    newest = AuditEvent.objects.order_by("-seq").values_list("seq", "at").first()
    yield gauge("standin_audit_head", "Number of the newest audit event.", newest[0] if newest else 0)
    if newest:
        yield gauge("standin_audit_head_age_seconds", "Seconds since the newest audit event.", seconds(now, newest[1]))


def of_the_last_hour(since: datetime) -> Iterator[Metric]:
    """Yield how many events of some kinds there were, why starts were refused, and why sessions ended."""
    recent = AuditEvent.objects.order_by().filter(at__gt=since)
    kinds = recent.filter(kind__in=COUNTED).values_list("kind").annotate(count=Count("pk"))
    yield labelled(
        "standin_events_last_hour", "Audit events of the last hour, by kind.", "kind",
        {kind.value: 0 for kind in COUNTED} | dict(kinds),
    )  # fmt: skip
    ended = recent.filter(kind=Kind.ASSUMED_SESSION_ENDED).values("assumed_session")
    causes = AssumedSession.objects.order_by().filter(pk__in=ended).values_list("cause").annotate(count=Count("pk"))
    yield labelled(
        "standin_assumed_session_ends_last_hour", "Ends of assumed sessions in the last hour, by cause.", "cause",
        {cause.value: 0 for cause in Cause} | {cause: count for cause, count in causes if cause in Cause.values},
    )  # fmt: skip
    refused = recent.filter(kind=Kind.ASSUMED_SESSION_REFUSED).values("seq")
    texts = AuditText.objects.filter(part=Part.DETAIL, event__in=refused).values_list("text", flat=True)
    yield labelled(
        "standin_refusals_last_hour", "Refused starts of assumed sessions in the last hour, by refusal.", "refusal",
        {refusal.value: 0 for refusal in Refusal} | Counter(map(refusal_of, texts[:MOST_REFUSALS])),
    )  # fmt: skip


def refusal_of(text: str) -> str:
    """Return the name of the refusal in the detail of an event."""
    try:
        found = json.loads(text).get("refusal", "other")
    except (ValueError, AttributeError):
        return "other"
    return found if found in Refusal.values else "other"


def last_runs(now: datetime) -> Iterator[Metric]:
    """Yield when each command of a timer last ended, and whether it succeeded."""
    age = GaugeMetricFamily(
        "standin_last_run_seconds", "Seconds since a command last ended, whatever its result.", labels=["command"]
    )
    good = GaugeMetricFamily(
        "standin_last_run_succeeded", "1 if the last run of a command succeeded (verify_audit: the log is clean).",
        labels=["command"],
    )  # fmt: skip
    for run in LastRun.objects.order_by("name"):
        age.add_metric([run.name], seconds(now, run.ended_at))
        good.add_metric([run.name], int(run.succeeded))
    yield age
    yield good


def gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, float(value))


def labelled(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    """Return a gauge with one label."""
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, count in sorted(values.items()):
        family.add_metric([value], count)
    return family


def seconds(now: datetime, then: datetime) -> float:
    """Return the seconds since then; 0 if a clock was set back."""
    return max(0.0, (now - then).total_seconds())
