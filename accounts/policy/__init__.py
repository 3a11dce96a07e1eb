"""Who may do what. rules.py states it once, on the facts that holdings.py reads; rights.py names the rights."""

from .rules import (
    Refusal,
    Standing,
    beyond,
    facts_for,
    holdings,
    holdings_held_directly,
    holds,
    holds_anywhere,
    in_scope,
    in_scope_of_any,
    reaches,
    read_facts,
    refusal,
    standing,
)

__all__ = [
    "Refusal",
    "Standing",
    "beyond",
    "facts_for",
    "holdings",
    "holdings_held_directly",
    "holds",
    "holds_anywhere",
    "in_scope",
    "in_scope_of_any",
    "reaches",
    "read_facts",
    "refusal",
    "standing",
]
