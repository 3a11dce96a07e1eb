"""Lists of runs and of the people of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import policy
from accounts.models import BulkRun, ImportedPerson, JobProfile, User, UserImport
from accounts.user_import.field_words import in_words, label
from accounts.user_import.planning.departments import Tree
from accounts.users.bulk.selection import ALL
from accounts.users.bulk.verbs import Invite, actions_of
from accounts.users.filters import STATUSES, new_in_import

SHOWN_RUNS = 10
PER_PAGE = 50
FILTERS: dict[str, tuple[Any, dict[str, bool]]] = {
    "created": (gettext_lazy("New"), {"created": True}),
    "changed": (gettext_lazy("Changed"), {"created": False}),
    "left": (gettext_lazy("Deactivated"), {"left": True}),
    "moved": (gettext_lazy("Moved to another department"), {"moved": True}),
}


def last_runs() -> dict[str, Any]:
    """Return the context of `_import_runs.html`."""
    runs = UserImport.objects.select_related("actor")[:SHOWN_RUNS]
    return {"runs": [(run, counts_in_words(run)) for run in runs]}


def counts_in_words(run: UserImport) -> str:
    """Return how many people a run created, changed and deactivated."""
    created, updated, left = (run.counts.get(name, 0) for name in ("created", "updated", "deactivated"))
    said = [
        ngettext("%(count)s new", "%(count)s new", created) % {"count": created} if created else "",
        ngettext("%(count)s changed", "%(count)s changed", updated) % {"count": updated} if updated else "",
        ngettext("%(count)s deactivated", "%(count)s deactivated", left) % {"count": left} if left else "",
    ]
    return ", ".join(part for part in said if part) or _("nobody changed")


def invitable(run: UserImport, actor: User) -> tuple[int, str]:
    """
    Return how many new people of a run the actor may invite and nobody has invited, and the address to do it.

    The address names the run, so it is short for 100,000 people too. (0, "") if the actor may invite nobody.
    """
    if not run.counts.get("created") or BulkRun.Action.INVITE not in actions_of(actor):
        return 0, ""
    may = policy.in_scope_of_any(actor, Invite.rights)
    found = User.objects.visible_to(actor).filter(new_in_import(run.pk), STATUSES["uninvited"], may)
    asked = {"who": ALL, "status": "uninvited", "import": run.pk, "action": BulkRun.Action.INVITE.value}
    return found.count(), f"{reverse('user_bulk')}?{urlencode(asked)}"


@dataclass(frozen=True)
class Line:
    """
    A person of a run as the reader sees them. user: None if the reader may not see this person.

    fields: for each changed field its name and both values in words; only the names of people out of sight.
    """

    person: ImportedPerson
    user: User | None
    fields: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Page:
    """A page of the people of a run; before, after: where the neighbouring pages begin, if there are any."""

    lines: list[Line]
    before: int | None
    after: int | None


def page_of(run: UserImport, reader: User, *, only: str, query: Any) -> Page:
    """Return the page of people that `?after=ID` or `?before=ID` asks for, in the order of the run."""
    people = run.people.filter(**FILTERS[only][1]) if only in FILTERS else run.people.all()
    after, before = (number(query.get(name, "")) for name in ("after", "before"))
    found: list[ImportedPerson] = []
    if before is not None:
        found = list(people.filter(pk__lt=before).order_by("-pk")[: PER_PAGE + 1])
        has_before, has_after = len(found) > PER_PAGE, True
        found = found[:PER_PAGE][::-1]
    if not found:
        found = list(people.filter(pk__gt=after or 0).order_by("pk")[: PER_PAGE + 1])
        has_before, has_after = bool(after), len(found) > PER_PAGE
        found = found[:PER_PAGE]
    first, last = (found[0].pk, found[-1].pk) if found else (None, None)
    return Page(lines(found, reader), first if has_before else None, last if has_after else None)


def number(text: str) -> int | None:
    return int(text[:18]) if text.isdecimal() else None


def lines(people: list[ImportedPerson], reader: User) -> list[Line]:
    """Return people with what changed of them, as far as the reader may see them."""
    visible: QuerySet[User] = User.objects.visible_to(reader)
    users = visible.in_bulk([person.user_id for person in people])
    words = Words(people)
    return [
        Line(person, user := users.get(person.user_id), words.fields(person, in_sight=user is not None))
        for person in people
    ]


class Words:
    """The values of people in words: departments as paths, job profiles by name."""

    def __init__(self, people: list[ImportedPerson]):
        self.stored: dict[str, dict[int, str]] = {"department": {}, "job_profile": {}}
        said = [values for person in people for values in (person.before, person.after)]
        if any(values.get("department") for values in said):
            self.stored["department"] = {pk: str(place) for pk, place in Tree().by_id.items() if pk is not None}
        if any(values.get("job_profile") for values in said):
            self.stored["job_profile"] = dict(JobProfile.objects.values_list("id", "name"))

    def fields(self, person: ImportedPerson, *, in_sight: bool) -> list[tuple[str, str, str]]:
        if person.created:
            return [(label(name), "", self.of(name, value)) for name, value in person.after.items() if in_sight]
        return [
            (label(name), self.of(name, person.before[name]), self.of(name, after))
            if in_sight
            else (label(name), "", "")
            for name, after in person.after.items()
        ]

    def of(self, field: str, value: Any) -> str:
        """Return one value in words."""
        if field in self.stored and value not in (None, ""):
            gone = {"department": _("a deleted department"), "job_profile": _("a deleted job profile")}
            return self.stored[field].get(value, gone[field])
        return in_words(field, value)
