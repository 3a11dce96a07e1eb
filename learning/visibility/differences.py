"""Sentences for items that one of two users sees and the other doesn't; some queries for all items of a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Count, Exists, OuterRef, Q, Value
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Department
from learning.validity import has_valid_submission

from .audience import SEEN, Rule, is_there_or_comes, related
from .knowledge import knowing
from .sentences import full_names, in_words

if TYPE_CHECKING:
    from accounts.models import User

PARTS = (
    "item", "is_everyone", "department", "department__name", "department__path", "job_profile", "job_profile__name",
    "person",
)  # fmt: skip


@dataclass(slots=True)
class Difference:
    """
    An item that exactly one of two users sees.

    hidden: for each of the two, the number of the first rule that hides the item; SEEN if none does.
    """

    kind: str
    pk: int
    title: str
    hidden: tuple[int, int]
    sentences: list[str] = field(default_factory=list)

    @property
    def seer(self) -> int:
        """Return which of the two sees it, 0 or 1."""
        return self.hidden.index(SEEN)


def explained(
    rows: list[Difference], users: tuple[User, User], actor: User, kinds: Mapping[str, type[Any]]
) -> list[Difference]:
    """Add to each item why the one user sees it, and why the other doesn't. The sentences are for the actor."""
    audiences = read_audiences(rows, users, kinds)
    waiting: tuple[list[int], list[int]] = ([], [])
    for row in rows:
        if rule_hiding(row, kinds).name == "prerequisites":
            waiting[1 - row.seer].append(row.pk)
    waits = [open_prerequisites(waiting[each], users[each], actor, kinds["module"]) for each in (0, 1)]
    for row in rows:
        seer, hidden = users[row.seer], users[1 - row.seer]
        audience = audiences[row.kind, row.pk]
        open_before = waits[1 - row.seer].get(row.pk, []) if row.kind == "module" else []
        row.sentences = [
            why_seen(called(seer, hidden), audience.naming(seer)),
            why_hidden(called(hidden, seer), rule_hiding(row, kinds), audience, open_before),
        ]
    return rows


def rule_hiding(row: Difference, kinds: Mapping[str, type[Any]]) -> Rule:
    rules: tuple[Rule, ...] = kinds[row.kind].rules
    return rules[row.hidden[1 - row.seer]]


def called(user: User, other: User) -> str:
    """Return the name of a user; with the email address if the other one has the same name."""
    return f"{user.name} ({user.email})" if user.name == other.name else user.name


@dataclass(slots=True)
class Audience:
    """The parts of the audience of one item. people: how many users it names one by one."""

    parts: list[Any] = field(default_factory=list)
    people: int = 0
    names: dict[int, str] = field(default_factory=dict)

    def naming(self, user: User) -> list[str]:
        """Return the parts that match a user, in words."""
        paths = user.department_paths
        found = []
        for part in self.parts:
            if part.is_everyone:
                found.append(_("everyone"))
            elif part.department and part.department__path in paths:
                found.append(_("the department %(name)s") % {"name": self.names[part.department]})
            elif part.job_profile and part.job_profile == user.job_profile_id:
                found.append(_("the job profile %(name)s") % {"name": part.job_profile__name})
            elif part.person == user.pk:
                found.append(_("%(name)s in person") % {"name": user.name})
        return found

    def all(self) -> list[str]:
        """Return all parts in words; users are counted and not named."""
        found = [self.names[part.department] for part in self.parts if part.department]
        found += [part.job_profile__name for part in self.parts if part.job_profile]
        if self.people:
            said = ngettext("%(count)s person by name", "%(count)s people by name", self.people)
            found.append(said % {"count": self.people})
        return found


def read_audiences(
    rows: list[Difference], users: Iterable[User], kinds: Mapping[str, type[Any]]
) -> dict[tuple[str, int], Audience]:
    """Return the audience of each item, in three queries. Of the users that it names, it holds only these."""
    found: dict[tuple[str, int], Audience] = defaultdict(Audience)
    entries: list[Any] = [
        related(model, "audience")
        .filter(item__in=[row.pk for row in rows if row.kind == kind])
        .annotate(kind=Value(kind, output_field=CharField()))
        .order_by()
        for kind, model in kinds.items()
    ]
    named = Q(person=None) | Q(person__in=[user.pk for user in users])
    for part in in_one_list([each.filter(named) for each in entries], "kind", *PARTS):
        found[part.kind, part.item].parts.append(part)
    people = [each.exclude(person=None).values("kind", "item").annotate(count=Count("pk")) for each in entries]
    for tally in in_one_list(people, "kind", "item", "count"):
        found[tally.kind, tally.item].people = tally.count
    departments = {
        part.department: Department(pk=part.department, name=part.department__name, path=part.department__path)
        for audience in found.values()
        for part in audience.parts
        if part.department
    }
    names = full_names([*departments.values()])
    for audience in found.values():
        audience.names = names
        audience.parts.sort(key=lambda part: (names.get(part.department, ""), part.job_profile__name or ""))
    return found


def in_one_list(querysets: list[Any], *columns: str) -> list[Any]:
    first, *others = (each.values_list(*columns, named=True) for each in querysets)
    return list(first.union(*others, all=True))


def open_prerequisites(modules: list[int], user: User, actor: User, model: type[Any]) -> dict[int, list[str]]:
    """
    Return the titles of what the user has to submit before each of these modules; "" if the actor may not see it.

    One query, or none without modules.
    """
    found: dict[int, list[str]] = defaultdict(list)
    if not modules:
        return found
    now = timezone.now()
    there = model.objects.filter(*is_there_or_comes(model, user, now))
    needed = model.prerequisites.through.objects.filter(from_module__in=modules, to_module__in=there.values("pk"))
    waits = needed.exclude(has_valid_submission(model, user, now, "to_module"))
    known = model.objects.filter(knowing(model, actor), pk=OuterRef("to_module"))
    rows = waits.annotate(is_known=Exists(known)).order_by("to_module__title", "to_module")
    for module, title, is_known in rows.values_list("from_module", "to_module__title", "is_known"):
        found[module].append(title if is_known else "")
    return found


def why_seen(name: str, parts: list[str]) -> str:
    said = _("%(person)s sees it: it is meant for %(parts)s.")
    return said % {"person": name, "parts": get_text_list(parts, _("and"))}


def why_hidden(name: str, rule: Rule, audience: Audience, waits: list[str]) -> str:
    facts: dict[str, Any] = {"person": name}
    match rule.name:
        case "audience":
            said = _("%(person)s doesn't: it is meant for %(audience)s.")
            facts["audience"] = get_text_list(audience.all(), _("and"))
        case "not_excluded":
            said = _("%(person)s doesn't: they are excluded from it.")
        case "prerequisites":
            said = ngettext(
                "%(person)s doesn't: %(modules)s has to be submitted before.",
                "%(person)s doesn't: %(modules)s have to be submitted before.",
                len(waits),
            )
            facts["modules"] = in_words(waits)
        case _other:
            said = _("%(person)s doesn't: %(cause)s.")
            facts["cause"] = rule.cause
    return said % facts
