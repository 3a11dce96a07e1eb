"""What a page of User Management reads of its users: queries that are compiled once, and then run with their ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import BigAutoField, Exists, F, OuterRef

from accounts import policy
from accounts.models import BulkRun, Department, JobProfile, SavedView, User
from accounts.policy.rights import Right
from audit.statements import Parameter, Statement

KEY = BigAutoField()
# What a row shows, and what the rules ask.
COLUMNS = (
    "first_name", "last_name", "email", "external_id", "last_login", "is_active", "is_staff", "is_superuser",
    "is_protected",
)  # fmt: skip
MEMBERSHIPS: Any = User.groups.through.objects
IN_USE = Exists(MEMBERSHIPS.filter(group=OuterRef("pk")))
TYPES_IN_USE = Statement(lambda: Group.objects.filter(IN_USE).order_by("name").values_list("pk", "name"))
DEPARTMENTS = Statement(lambda: Department.objects.order_by("path").values_list("pk", "name", "path", "depth"))
PROFILES = Statement(lambda: JobProfile.objects.order_by().values_list("pk", "name"))
SAVED_VIEWS = Statement(lambda: SavedView.objects.filter(user=Parameter("user", KEY)).only("name", "query"))
RUNS = BulkRun.objects.filter(state=BulkRun.State.RUNNING).defer("query", "chosen", "ids")
RUNNING = Statement(lambda: RUNS.filter(actor=Parameter("actor", KEY)))


def keys(count: int) -> list[Any]:
    return [Parameter(f"key_{place}", KEY) for place in range(count)]


@cache
def users_shown(count: int) -> Statement:
    """Return the query for this number of users, each with the facts of the rules and all that a row shows."""
    users = User.objects.with_standing()
    users = users.annotate(department_name=F("department__name"), job_profile_name=F("job_profile__name"))
    return Statement(lambda: users.filter(pk__in=keys(count)).only(*COLUMNS).order_by())


OPENED = 5  # profiles; see kept_place.py
OPENED_PEOPLE = Statement(lambda: User.objects.with_standing().filter(pk__in=keys(OPENED)).only(*COLUMNS).order_by())


def opened_people(actor: User, ids: Sequence[int], *, using: str) -> list[User]:
    """Return the users with these ids, at most OPENED, that the actor sees, in this order."""
    if not ids:
        return []
    given = {f"key_{place}": pk for place, pk in enumerate([*ids, *[None] * (OPENED - len(ids))])}
    found = {user.pk: user for user in OPENED_PEOPLE.objects(using=using, **given)}
    return [found[pk] for pk in ids if pk in found and policy.reaches(actor, Right.SEE_PEOPLE, found[pk])]


@cache
def types_shown(count: int) -> Statement:
    """Return the query for the names of the permission types of this number of users."""
    users = User.objects.filter(groups__isnull=False).order_by("groups")
    return Statement(lambda: users.filter(pk__in=keys(count)).values_list("pk", "groups__name"))


def rows_of(actor: User, ids: Sequence[int], most: int, *, using: str) -> dict[int, User]:
    """
    Return the users with these ids that the actor sees, by id, with all that a row shows; in two queries.

    most: how many ids there are at most. Ids that are left over are NULL, which nobody has.
    """
    if not ids:
        return {}
    given = {f"key_{place}": pk for place, pk in enumerate([*ids, *[None] * (most - len(ids))])}
    names = defaultdict(list)
    for pk, name in types_shown(most).rows(using=using, **given):
        names[pk].append(name)
    found = {}
    for user in users_shown(most).objects(using=using, **given):
        if policy.reaches(actor, Right.SEE_PEOPLE, user):
            user.type_names = names[user.pk]
            found[user.pk] = user
    return found
