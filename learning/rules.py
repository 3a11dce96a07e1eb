"""Why somebody sees an item or doesn't: each rule is declared once, to filter by and to explain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of being visible; `holds(model, user, now)` is the filter that states it."""

    name: str
    label: str | Promise
    holds: Callable[[type, User, datetime], Q]


def is_published(model, user, now):
    return Q(is_published=True)


def has_begun(model, user, now):
    return Q(published_from=None) | Q(published_from__lte=now)


def has_not_ended(model, user, now):
    return Q(published_until=None) | Q(published_until__gt=now)


def in_audience(model, user, now):
    return Q(Exists(reaching(model, user).filter(excluded=False)))


def not_excluded(model, user, now):
    return ~Q(Exists(reaching(model, user).filter(excluded=True)))


def reaching(model, user):
    """The rows of an item's audience that mean this person."""
    return model.audience_model.objects.filter(item=OuterRef("pk")).filter(reaches(user))


def reaches(user: User) -> Q:
    """Whom a row of an audience means: everybody, a department with all below, a job profile, or one person."""
    meant = Q(everyone=True) | Q(department__path__in=user.department_paths) | Q(person=user.pk)
    return meant | Q(job_profile=user.job_profile_id) if user.job_profile_id else meant


def prerequisites_submitted(model, user, now):
    from .models import Submission

    needed = model.prerequisites.through.objects.filter(from_module=OuterRef("pk"))
    submitted = Submission.objects.filter(user=user.pk, module=OuterRef("to_module"))
    return ~Q(Exists(needed.filter(~Exists(submitted))))


COMMON = (
    Rule("published", _("It is published"), is_published),
    Rule("begun", _("Its publication has begun"), has_begun),
    Rule("not_ended", _("Its publication has not ended"), has_not_ended),
    Rule("audience", _("The person is in its audience"), in_audience),
    Rule("not_excluded", _("The person is not excluded from it"), not_excluded),
)
OF_MODULES = (
    *COMMON,
    Rule("prerequisites", _("Every module that has to come first is submitted"), prerequisites_submitted),
)
