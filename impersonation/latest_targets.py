"""The people whose accounts an actor opened last."""

from typing import Any

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery

from accounts.models import User
from accounts.policy import reaches
from accounts.policy.rights import Right
from audit.statements import Parameter, Statement

from .models import AssumedSession

AMONG = 100  # newest sessions of an actor, in which the targets are looked for


def latest_targets_of(actor: Any) -> list[User]:
    """Return the users of the actor's newest sessions, newest first: active, and visible to the actor by now."""
    return [user for user in LATEST_TARGETS.objects(actor=actor.pk) if reaches(actor, Right.SEE_PEOPLE, user)]


def latest_targets(actor: Parameter) -> QuerySet[User]:
    """Return the active users of an actor's newest sessions, newest first, with the facts of the rules."""
    own = AssumedSession.objects.filter(actor_id=actor).order_by("-started_at")
    newest = own.filter(target=OuterRef("pk")).values("started_at")[:1]
    found = User.objects.with_standing().filter(is_active=True, pk__in=own.values("target")[:AMONG])
    found = found.annotate(logged_in_as_at=Subquery(newest)).order_by("-logged_in_as_at")
    return found.only("first_name", "last_name")


LATEST_TARGETS = Statement(lambda: latest_targets(Parameter("actor", BigIntegerField())))
