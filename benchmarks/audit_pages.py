"""Cost of the auditor's pages in a log of ten million events (AUDIT_EVENTS=1000000 for fewer)."""

import os
import statistics
import time
from datetime import timedelta
from functools import partial

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from audit.kinds import Kind
from audit.models import AuditEvent
from demo import audit

from . import figures, measure

# SQLite is meant for logs of moderate size.
EVENTS = int(os.environ.get("AUDIT_EVENTS", 10_000_000 if connection.vendor == "postgresql" else 50_000))
ROUNDS = int(os.environ.get("ROUNDS", 20))
SECONDS, QUERIES = 1.0, 15
LIST = "/admin/audit/auditevent/"


def build() -> None:
    """Fill the log up to EVENTS events, and update the database's statistics, as nightly maintenance does."""
    missing = EVENTS - AuditEvent.objects.count()
    if missing <= 0:
        return
    began = time.monotonic()
    for _reached in audit.generate(missing):
        pass
    print(f"\n{connection.vendor}: {missing:,} events generated, {missing / (time.monotonic() - began):,.0f} a second")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def addresses() -> dict[str, str]:
    """Return the measured addresses of the change list and its other pages, by name."""
    head = AuditEvent.objects.order_by("-seq").values_list("seq", flat=True)[0]
    middle = AuditEvent.objects.filter(kind=Kind.ASSUMED_SESSION_STARTED, seq__gte=head // 2).order_by("seq")[0]
    actor, target = (User.objects.get(pk=number) for number in (middle.actor_id, middle.target_id))
    long_ago = timezone.localdate() - timedelta(days=400)
    rare = "q=rota+disappeared+roastery+SUP-11"
    return {
        "first page": "",
        "next page": f"?before={head - 49}",
        "a page in the middle": f"?before={head // 2}",
        "the page before it": f"?after={head // 2}",
        "the oldest page": "?before=51",
        "kind": f"?kind={Kind.ASSUMED_SESSION_STARTED}",
        "kind, in the middle": f"?kind={Kind.ASSUMED_SESSION_STARTED}&before={head // 2}",
        "a rare kind": f"?kind={Kind.USERS_IMPORTED}",
        "a group of kinds": "?about=sessions",
        "a rare group of kinds": "?about=log",
        "a group, in the middle": f"?about=people&before={head // 2}",
        "outcome": "?outcome=failed",
        "kind and outcome that never meet": f"?kind={Kind.ASSUMED_SESSION_STARTED}&outcome=refused",
        "outside an assumed session": "?on_behalf=no",
        "kind, outside, that never meet": f"?kind={Kind.ASSUMED_SESSION_STARTED}&on_behalf=no",
        "date: today": f"?since={timezone.localdate()}",
        "date: a day long ago": f"?since={long_ago}&until={long_ago}",
        "date: up to long ago": f"?until={long_ago}",
        "date long ago, kind": f"?until={long_ago}&kind={Kind.ACCESS_CHECKED}",
        "date long ago, outcome": f"?until={long_ago}&outcome=failed",
        "actor": f"?actor={actor.pk}",
        "target": f"?target={target.pk}",
        "actor and kind": f"?actor={actor.pk}&kind={Kind.USER_INVITED}",
        "actor, a day long ago": f"?actor={actor.pk}&since={long_ago}&until={long_ago}",
        "search: full name of the target": f"?q={target.first_name}+{target.last_name}",
        "search: address of the actor": f"?q={actor.email}",
        "search: a first name": f"?q={target.first_name}",
        "search: a person nobody knows": "?q=nobody-of-that-name",
        "search: a common word": "?q=oven",
        "search: words of the reason": "?q=oven+disappeared+Aarhus",
        "search: a ticket": "?q=SUP-4711",
        "search: rare words": f"?{rare}",
        "search: actor and words": f"?q={actor.last_name or actor.first_name}+oven+tablet",
        "search: a word, kind, long ago": f"?q=oven&kind={Kind.ASSUMED_SESSION_REFUSED}&until={long_ago}",
        "number": f"?q=%23{head // 3}",
        "one event": f"{head // 2}/change/",
        "timeline": f"session/{middle.assumed_session}/",
        "summary, 12 weeks": "summary/",
        "summary, 52 weeks": "summary/?weeks=52",
    }


def main() -> int:
    build()
    client = Client()
    client.force_login(
        User.objects.get(email="audrey@harbour.example"), backend="accounts.authentication.backends.EmailBackend"
    )

    def get(address: str) -> None:
        response = client.get(LIST + address)
        assert response.status_code == 200, (address, response.status_code)

    asked = addresses()
    times = measure.interleaved({name: partial(get, address) for name, address in asked.items()}, ROUNDS, warm_up=1)
    goal = f"goal: p95 ≤ {SECONDS:g} s, ≤ {QUERIES} queries"
    print(f"\n{connection.vendor}: {AuditEvent.objects.count():,} audit events  ({goal})")
    print(f"{'':<40}{'median ms':>10}{'p95 ms':>10}{'queries':>9}")
    p95s, counts = [], []
    for name, address in asked.items():
        with CaptureQueriesContext(connection) as captured:
            get(address)
        queries = len(captured)
        median, p95 = statistics.median(times[name]), measure.percentile(times[name], 95)
        p95s.append(p95 / 1000)
        counts.append(queries)
        over = "  over" if p95 > SECONDS * 1000 or queries > QUERIES else ""
        print(f"{name:<40}{median:>10.1f}{p95:>10.1f}{queries:>9}{over}")
    sizes = f"{AuditEvent.objects.count():,} events"
    figures.keep("audit_seconds", max(p95s), low=min(p95s), high=max(p95s), sizes=sizes)
    figures.keep("audit_queries", max(counts), low=min(counts), high=max(counts), sizes=sizes)
    return 0


if __name__ == "__main__":
    main()
