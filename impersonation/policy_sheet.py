"""The policy sheet: who may use Login as User in this installation, which rules are in force, and since when."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from accounts.authorization.grants import Grants
from accounts.authorization.reach import listed, members, named
from accounts.models import Department, Organisation, PermissionType, User
from accounts.models.login_as_rules import CEILINGS, LoginAsRules, in_words
from accounts.models.organisation import COMPANY_RULES
from accounts.policy.holdings import COMPANY_WIDE, Holdings
from accounts.policy.rights import LOG_IN_ON_BEHALF
from audit import seals
from audit.kinds import Kind
from audit.models import AuditSeal, AuditText, Part

from .models import Mode

READ_THE_LOG = "audit.view_auditevent"
NOT_SHOWN = {"ticket_address"}  # an address inside the company, which is no rule
EVENTS_AT_MOST = 1000  # changes of settings that are read, the newest ones


@dataclass(frozen=True, slots=True)
class Reach:
    """A mode that a permission type allows, with the names of departments; no department: the whole company."""

    mode: str
    places: list[str]


@dataclass(frozen=True, slots=True)
class Holder:
    """A permission type with a right of Login as User, and the number of active users who hold it."""

    name: str
    reaches: list[Reach]
    people: int


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A rule in force, in words.

    since: when the company last changed it; None if it is as the installation set it up. by_operator: whether the
    environment is stricter than the company.
    """

    label: str
    value: str
    since: datetime | None
    by_operator: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    All facts of the page; its cost does not depend on the number of users or permission types.

    people: active users who may use Login as User in any way. owners: those of them who own the platform. directly:
    users who hold a right without a permission type. readers: active users who may read the audit log. seal: up to
    where old events were exported and removed; None if every event is in the log.
    """

    holders: list[Holder]
    people: int
    owners: int
    directly: int
    readers: int
    rules: list[Rule]
    facts: LoginAsRules
    seal: AuditSeal | None


def sheet(reader: User) -> Sheet:
    """Return the policy sheet, in eight queries. reader: with the facts of `with_standing`."""
    grants = Grants.read()
    types = {pk: held for pk, held in grants.items() if any(held.anywhere(right) for right in LOG_IN_ON_BEHALF)}
    readers = [pk for pk, held in grants.items() if held.anywhere(READ_THE_LOG)]
    rules = reader.login_as_rules
    return Sheet(
        holders=holders(types),
        rules=list(rules_in_words(rules)),
        facts=rules,
        seal=seals.newest(),
        **numbers(types, readers),
    )


def numbers(types: Iterable[int], readers: Iterable[int]) -> dict[str, int]:
    """
    Return the numbers of active users that `Sheet` describes, in one query that reads few users.

    types, readers: the permission types with a right of Login as User, and with the right to read the log.
    """
    memberships, rights = User.groups.through.objects, User.user_permissions.through.objects
    on_behalf = Q()
    for right in LOG_IN_ON_BEHALF:
        on_behalf |= Q(**named(right))
    reading, owner = Q(**named(READ_THE_LOG)), Q(is_superuser=True)
    few = listed(
        User.objects.filter(owner).order_by().values("pk"),
        memberships.filter(group__in={*types, *readers}).values("user"),
        rights.filter(on_behalf | reading).values("user"),
    )
    directly = Q(pk__in=rights.filter(on_behalf).values("user"))
    return User.objects.filter(few, is_active=True).aggregate(
        people=Count("pk", filter=owner | members(types) | directly),
        owners=Count("pk", filter=owner),
        directly=Count("pk", filter=directly),
        readers=Count("pk", filter=owner | members(readers) | Q(pk__in=rights.filter(reading).values("user"))),
    )


def holders(types: dict[int, Holdings]) -> list[Holder]:
    """Return the permission types with a right of Login as User, by name."""
    paths = {holding.path for held in types.values() for holding in held if holding.right in LOG_IN_ON_BEHALF}
    names = dict(Department.objects.filter(path__in=paths).order_by("path").values_list("path", "name"))
    found = PermissionType.objects.filter(pk__in=types).order_by("name")
    counted = found.annotate(people=Count("user", filter=Q(user__is_active=True))).values_list("pk", "name", "people")
    return [Holder(name, list(reaches(types[pk], names)), people) for pk, name, people in counted]


def reaches(held: Holdings, names: dict[str, str]) -> Iterator[Reach]:
    """Yield each mode that the holdings allow, with its departments; those below another one are left out."""
    for mode in Mode:
        paths = held.paths(mode.right)
        if paths:
            topmost = [path for path in paths if not any(path != other and path.startswith(other) for other in paths)]
            yield Reach(str(mode.label), [] if COMPANY_WIDE in paths else [names[path] for path in topmost])


def rules_in_words(rules: LoginAsRules) -> Iterator[Rule]:
    """Yield each rule in force."""
    company, since = Organisation.current(), since_when()
    for name in COMPANY_RULES:
        if name in NOT_SHOWN:
            continue
        value, stored = getattr(rules, name), getattr(company, name)
        can_be_stricter = name in CEILINGS or name == "login_as_enabled"
        yield Rule(
            label=str(Organisation._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
            value=in_words(name, value),
            since=since.get(name),
            by_operator=can_be_stricter and value != stored,
        )


def since_when() -> dict[str, datetime]:
    """Return when each rule was changed last, by column, as the audit log says."""
    told = AuditText.objects.filter(event__kind=Kind.SETTINGS_CHANGED, part=Part.DETAIL).order_by("-event")
    since: dict[str, datetime] = {}
    for at, text in told.values_list("event__at", "text")[:EVENTS_AT_MOST]:
        detail = json.loads(text)
        # Until version 0.2.0 an event was about the switch alone.
        changed = ["login_as_enabled"] if "login_as_enabled_after" in detail else detail.get("after", {})
        for name in changed:
            since.setdefault(name, at)
    return since
