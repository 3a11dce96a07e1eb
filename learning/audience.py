"""
Who may see an item of learning: every rule of it is stated here, once.

`visible_to` filters by all of an item's rules, `explain` asks each by itself: the same conditions, so that the two
can't disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Item


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must hold for a person to see an item; the condition is asked of the item's own table."""

    name: str
    label: str | Promise
    condition: Callable[[type[Item], User, datetime], Q | Exists]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one rule went for one person and one item."""

    rule: Rule
    passed: bool


def is_published(model, user, now):
    return Q(is_published=True)


def has_opened(model, user, now):
    return Q(published_from__isnull=True) | Q(published_from__lte=now)


def has_not_closed(model, user, now):
    return Q(published_until__isnull=True) | Q(published_until__gt=now)


def is_meant_for(model, user, now):
    entries = related(model, "audience").filter(naming(user))
    return Exists(entries.filter(item=OuterRef("pk")))


def is_not_excluded(model, user, now):
    return ~Exists(related(model, "exclusions").filter(item=OuterRef("pk"), person=user.pk))


def has_submitted_prerequisites(model, user, now):
    needed = model.prerequisites.through.objects.filter(from_module=OuterRef("pk"))
    submitted = related(model, "progress").filter(user=user.pk, submitted_at__isnull=False)
    return ~Exists(needed.exclude(Exists(submitted.filter(module=OuterRef("to_module")))))


RULES = (
    Rule("published", _("It is published."), is_published),
    Rule("opened", _("Its publication has begun."), has_opened),
    Rule("not_closed", _("Its publication has not ended."), has_not_closed),
    Rule("audience", _("Its audience includes the person."), is_meant_for),
    Rule("not_excluded", _("The person is not excluded from it."), is_not_excluded),
)
PREREQUISITES = Rule("prerequisites", _("Everything it builds on has been submitted."), has_submitted_prerequisites)


def naming(user: User) -> Q:
    """The entries of an audience that mean this person, by themselves, by their work, or by where they belong."""
    named = Q(is_everyone=True) | Q(person=user.pk) | Q(department__path__in=user.department_paths)
    return named | Q(job_profile=user.job_profile_id) if user.job_profile_id else named


def related(model: type[models.Model], name: str) -> models.QuerySet:
    """Every row of the table that the model's reverse relation of this name leads to."""
    related_model: Any = model._meta.get_field(name).related_model
    return related_model._default_manager.all()


def conditions(model: type[Item], user: User) -> list[Q | Exists]:
    """What an item must fulfil to be seen by this person now."""
    now = timezone.now()
    return [rule.condition(model, user, now) for rule in model.rules]


def explain(user: User, item: Item) -> list[Verdict]:
    """Every rule of the item, with whether it holds for this person now."""
    model = type(item)
    asked = {
        f"rule_{rule.name}": Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
        for rule, condition in zip(model.rules, conditions(model, user), strict=True)
    }
    answers: Any = model._default_manager.filter(pk=item.pk).values(**asked).get()
    return [Verdict(rule, bool(answers[f"rule_{rule.name}"])) for rule in model.rules]
