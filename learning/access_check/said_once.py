"""The rules below an answer: each reason stands once on the page, and what the answer says is not repeated there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from django.utils.text import capfirst

from learning.visibility.audience import Verdict
from learning.visibility.explanation import RegistrationVerdict
from learning.visibility.path import path_to

from .answer import Facts


def rules(facts: Facts, said: Collection[str]) -> list[Verdict]:
    """Return the verdicts on all rules, failed ones first; in a few words if the answer says their sentence."""
    found = sorted(facts.verdicts, key=lambda verdict: verdict.passed)
    return [in_short(verdict) if is_said(verdict, facts, said) else verdict for verdict in found]


def is_said(verdict: Verdict, facts: Facts, said: Collection[str]) -> bool:
    return not verdict.passed and (verdict.sentence in said or is_whole_way(verdict, facts))


def is_whole_way(verdict: Verdict, facts: Facts) -> bool:
    """Return whether the answer names the one module that the user waits for, and that they have never submitted."""
    if verdict is not facts.failed[0] or verdict.rule.name != "prerequisites":
        return False
    then = facts.history.now
    steps = path_to(then, then.items[facts.name], facts.now)
    return len(steps) == 1 and not steps[0].cause and not then.person.hand_ins.get(steps[0].module.pk)


def in_short(verdict: Verdict) -> Verdict:
    return replace(verdict, sentence=f"{capfirst(str(verdict.rule.cause))}.")


def registration(verdicts: Iterable[RegistrationVerdict], said: Collection[str]) -> list[RegistrationVerdict]:
    """Return the verdicts on registering; in a few words if the answer says their sentence, left out without these."""
    found = [
        replace(verdict, sentence=verdict.in_short) if str(verdict.sentence) in said else verdict
        for verdict in verdicts
    ]
    return [verdict for verdict in found if verdict.sentence]
