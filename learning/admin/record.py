"""Audit events of content: one for each item that an act of the admin site created, changed or deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from accounts.models import Department, FieldChange, JobProfile
from accounts.models.history import collecting
from audit import log
from audit.kinds import Kind
from learning.models import Module

# The fields of which an item has several values; their changes name what was added and what was removed.
SEVERAL = ("audience", "due_at", "exclusions", "prerequisites", "steps")
OF_ACCOUNTS = ("user", "department")  # kinds of the history that are no content
NAMED: dict[str, Any] = {"department": Department, "job_profile": JobProfile, "module": Module}


@contextmanager
def recorded_content() -> Iterator[None]:
    """Run an act in one transaction, and record what it changed of each item, before and after."""
    with log.recording():
        with collecting() as changes:
            yield
        record(change for change in changes if change.kind not in OF_ACCOUNTS)


def record(changes: Iterable[FieldChange]) -> None:
    by_item: dict[tuple[str, int], list[FieldChange]] = defaultdict(list)
    for change in changes:
        by_item[change.kind, change.number].append(change)
    names = names_in([change for each in by_item.values() for change in each])
    for (kind, number), its_changes in by_item.items():
        before, after = told(its_changes, names)
        if before == after:
            continue
        named = titles(its_changes)
        detail = {"item": f"{kind}-{number}", "before": before, "after": after}
        log.record(kind_of(named), detail=detail | ({"title": named[-1] or named[0]} if named else {}))


def titles(changes: Iterable[FieldChange]) -> list[str | None]:
    """Return the first and the last title, None before the item was created or after it was deleted."""
    changed = [change for change in changes if change.field == "title"]
    return [changed[0].before, changed[-1].after] if changed else []


def kind_of(titles: list[str | None]) -> Kind:
    if titles and titles[0] is None:
        return Kind.CONTENT_CREATED
    return Kind.CONTENT_DELETED if titles and titles[-1] is None else Kind.CONTENT_CHANGED


def told(changes: Iterable[FieldChange], names: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    Return the values before and after, in words.

    Of a field with several values, before has those that were removed, and after those that were added.
    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for change in changes:
        was, became = (in_words(change.field, value, names) for value in (change.before, change.after))
        if change.field in SEVERAL:
            before[change.field] = before.get(change.field, []) + ([was] if was else [])
            after[change.field] = after.get(change.field, []) + ([became] if became else [])
        else:
            before.setdefault(change.field, was)
            after[change.field] = became
    return before, after


def in_words(field: str, value: str | None, names: dict[str, str]) -> str | None:
    """Return a value as the audit log keeps it. People keep their numbers, because names can be erased."""
    if value is None:
        return None
    name, _space, rest = value.partition(" ")
    return f"{names.get(name, name)} {rest}".strip() if field in SEVERAL and field != "steps" else value


def names_in(changes: list[FieldChange]) -> dict[str, str]:
    """Return the names of the departments, job profiles and modules in the values, such as "department-12"."""
    values = [
        value for change in changes if change.field in SEVERAL for value in (change.before, change.after) if value
    ]
    found: dict[str, str] = {}
    for kind, model in NAMED.items():
        numbers = {value.partition(" ")[0].removeprefix(f"{kind}-") for value in values if value.startswith(f"{kind}-")}
        for row in model.objects.filter(pk__in=numbers) if numbers else ():
            found[f"{kind}-{row.pk}"] = str(row)
    return found
