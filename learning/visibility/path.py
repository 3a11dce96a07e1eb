"""The path to a module: everything that a user has to submit before it, and the first thing they can do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .audience import Rule, failed, waited_for
from .facts import Facts, ItemFacts


@dataclass(frozen=True, slots=True)
class Step:
    """A module on the path. cause: the rule that keeps the user from it now; None if they can do it."""

    module: ItemFacts
    cause: Rule | None


def path_to(facts: Facts, item: ItemFacts, now: datetime) -> list[Step]:
    """
    Return what the user has to submit before the item, in the order in which it can be done.

    A cycle, which the forms refuse, ends where it closes.
    """
    found: dict[str, Step] = {}
    begun = {item.name}

    def walk(module: ItemFacts) -> None:
        for needed in waited_for(facts, module, now):
            if needed.name in begun:
                continue
            begun.add(needed.name)
            walk(needed)
            found[needed.name] = Step(needed, next(iter(failed(facts, needed, now)), None))

    walk(item)
    return list(found.values())
