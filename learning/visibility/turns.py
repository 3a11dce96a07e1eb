"""Turns: the moments at which an item appeared to a user or vanished, and what caused it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .audience import Rule, failed
from .facts import Facts
from .history import History
from .places import Change

# An item that is edited all the time is followed back this far.
POINTS_AT_MOST = 200
MOMENT = timedelta(microseconds=1)
LONG_ENOUGH = timedelta(minutes=1)  # an item that was seen for less was being set up

# The fields of the history that decide each rule: of the item, of the user, and of the modules that the item builds on.
OF_ITEM = {
    "published": {"is_published"},
    "opened": {"published_from"},
    "not_closed": {"published_until"},
    "audience": {"audience"},
    "not_excluded": {"exclusions"},
    "not_over": {"ends_at"},
    "prerequisites": {"prerequisites"},
}
OF_USER = {"audience": {"department", "job_profile"}, "prerequisites": {"department", "job_profile"}}
OF_PREREQUISITE = {"is_published", "published_until", "audience", "exclusions", "valid_for", "pass_mark"}
TIMES = ("published_from", "published_until", "ends_at")


@dataclass(frozen=True, slots=True)
class Turn:
    """
    A moment at which an item appeared to a user, or vanished.

    rule: the rule that decided it. changes: the changes of the history that caused it; none if the time itself did, or
    the user, who submitted a module. is_new: whether the item was created then.
    """

    at: datetime
    appeared: bool
    rule: Rule
    changes: list[Change]
    before: Facts
    after: Facts
    is_new: bool = False


def last_turn(history: History, name: str, now: datetime, since: datetime | None = None) -> Turn | None:
    """
    Return the latest turn of an item before now; None if the history has none.

    name: the item, such as "module-12". since: turns before that don't count.
    """
    history = history.only(name)
    is_seen = not failed(history.now, history.now.items[name], now)
    found = [point for point in points(history) if point <= now and (since is None or point > since)]
    for point in sorted(found, reverse=True)[:POINTS_AT_MOST]:
        before = history.at(point - MOMENT)
        hidden_before = failed(before, before.items[name], point - MOMENT)
        if is_seen == bool(hidden_before):
            after = history.at(point)
            rule = hidden_before[0] if is_seen else failed(after, after.items[name], point)[0]
            changes = [each for each in history.all_changes() if each.at == point and decides(each, rule, name)]
            earlier = history.at(point - LONG_ENOUGH)
            if not is_seen and failed(earlier, earlier.items[name], point - LONG_ENOUGH):
                return None  # an item that is being set up is saved more than once
            is_new = earlier.items[name].title is None
            return Turn(point, is_seen, rule, changes, before, after, is_new)
    return None


def points(history: History) -> Iterator[datetime]:
    """Return every moment at which the answer of a rule can change, in no order."""
    for change in history.all_changes():
        yield change.at
        if change.field in TIMES:
            yield from (datetime.fromisoformat(text) for text in (change.before, change.after) if text)
    handed_in = history.now.person.hand_ins
    for item in history.now.items.values():
        yield from (at for at in (item.published_from, item.published_until, item.ends_at) if at)
        for at, _counts_up_to in handed_in.get(item.pk, ()) if item.kind == "module" else ():
            yield at
            if item.valid_for:
                yield at + item.valid_for


def decides(change: Change, rule: Rule, name: str) -> bool:
    """Return whether a change can turn the answer of a rule about the item of this name."""
    if change.kind == "user":
        return change.field in OF_USER.get(rule.name, ())
    if change.kind == "department":
        return rule.name in OF_USER
    if f"{change.kind}-{change.number}" == name:
        return change.field in OF_ITEM[rule.name]
    return rule.name == "prerequisites" and change.field in OF_PREREQUISITE
