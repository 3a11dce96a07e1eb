"""
The people of a load test, in the database of DATABASE_URL.

`python -m tests.support.pressed_company people NUMBER EVENTS` makes pairs of a supporter and a learner, logs each
supporter in as the learner, and prints for each pair the browser's session key; then the number of each event.
`python -m tests.support.pressed_company state` prints what is stored of them.
"""

import json
import os
import sys
from collections import Counter
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from audit.models import AuditEvent  # noqa: E402
from audit.verification.checker import verify  # noqa: E402
from impersonation.models import AssumedSession  # noqa: E402
from learning.models import Event, EventAudience, Registration  # noqa: E402

from .assumed import log_in_as, sign_in  # noqa: E402
from .factories import DepartmentFactory, UserFactory, permission_type  # noqa: E402

RIGHTS = ("see_people", "act_on_behalf", "look_only_on_behalf")


def people(number: int, events: int) -> dict:
    company = DepartmentFactory(name="Harbour Coffee")
    support = permission_type("Support", *RIGHTS)
    pairs = []
    for count in range(number):
        sam = UserFactory(first_name=f"Sam{count}", department=company)
        sam.groups.add(support)
        lena = UserFactory(first_name=f"Lena{count}", department=company)
        client, waiting = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
        log_in_as(client, sam, lena)
        other = UserFactory(first_name=f"Rita{count}", department=company)
        other.groups.add(support)
        sign_in(waiting, other)
        pairs.append(
            {"target": lena.pk, "key": client.cookies["sessionid"].value, "waiting": waiting.cookies["sessionid"].value}
        )
    begins = timezone.now() + timedelta(days=1)
    made = Event.objects.bulk_create(
        Event(
            title=f"Tasting {count}", place="Roastery", capacity=1000, is_published=True,
            starts_at=begins, ends_at=begins + timedelta(hours=2),
        )
        for count in range(events)
    )  # fmt: skip
    EventAudience.objects.bulk_create(EventAudience(item=event, is_everyone=True) for event in made)
    return {"pairs": pairs, "events": [event.pk for event in made]}


def state() -> dict:
    """Return registrations as (user, event), the changes of each target on record, and the verdict about the log."""
    targets = dict(AssumedSession.objects.values_list("pk", "target"))
    changed = AuditEvent.objects.filter(kind="assumed_session.changed").values_list("assumed_session", flat=True)
    return {
        "registrations": sorted(Registration.objects.values_list("user", "event")),
        "changed": sorted(Counter(targets[session] for session in changed).items()),
        "verified": verify().exit_code,
        "sessions": AssumedSession.objects.count(),
    }


if __name__ == "__main__":
    print(json.dumps(people(*map(int, sys.argv[2:])) if sys.argv[1] == "people" else state()))
