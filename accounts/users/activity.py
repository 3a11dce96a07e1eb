"""What the audit log says about a user: all of it for readers of the log, else what the actor did themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import policy
from accounts.models import User
from audit.kinds import Outcome
from audit.models import AuditEvent, Part
from audit.reading import kind_label, outcome_label, person

PER_PAGE = 25
# Named as text, not imported, because Django declares it.
READ_LOG = "audit.view_auditevent"


@dataclass(frozen=True, slots=True)
class Act:
    """
    One event about a user, in words.

    who: "" if nobody was signed in. address: its page in the audit log; "" if the reader may not open it.
    """

    seq: int
    at: datetime
    what: str
    who: str
    outcome: str
    address: str


def reads_log(actor: User) -> bool:
    """Return whether the actor may read the audit log."""
    return policy.holds(actor, READ_LOG)


def events_about(user: User, actor: User) -> QuerySet[AuditEvent]:
    """Return the events about the user that the actor may read here, newest first."""
    events = AuditEvent.objects.filter(target_id=user.pk).order_by("-seq")
    return events if reads_log(actor) else events.filter(actor_id=actor.pk)


def page_of(user: User, actor: User, before: int | None) -> tuple[list[Act], int | None]:
    """Return the newest acts before an event, and the number before which the next page begins."""
    events = events_about(user, actor).prefetch_related("texts")
    found = list((events.filter(seq__lt=before) if before else events)[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    opens_log = reads_log(actor) and actor.is_staff
    acts = [act(event, actor, opens_log=opens_log) for event in shown]
    return acts, shown[-1].seq if len(found) > PER_PAGE else None


def act(event: AuditEvent, actor: User, *, opens_log: bool) -> Act:
    who = _("You") if event.actor_id == actor.pk else person(event, Part.ACTOR, event.actor_id)
    if event.actor_id is None:
        who = ""
    outcome = "" if event.outcome == Outcome.DONE else outcome_label(event)
    address: Any = reverse("admin:audit_auditevent_change", args=[event.seq]) if opens_log else ""
    return Act(event.seq, event.at, kind_label(event), who, outcome, address)
