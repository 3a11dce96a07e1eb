"""The policy says of random companies what a naive reading of its rules says; without a database, so of many."""

from collections import Counter

import pytest

from accounts.policy import Refusal, refusal
from accounts.policy.rights import LOG_IN_ON_BEHALF, Right
from tests.support.worlds import World

MODES = [LOG_IN_ON_BEHALF, {Right.ACT_ON_BEHALF}, {Right.LOOK_ONLY_ON_BEHALF}]


def compare(seeds):
    """Every actor with every target; returns how often each answer was given."""
    answers = Counter()
    for seed in seeds:
        world = World(seed)
        standings = {person.id: world.standing(person) for person in world.people}
        rights = MODES[seed % len(MODES)]
        for actor in world.people:
            for target in world.people:
                expected = world.refusal(actor, target, rights, enabled=world.company_allows)
                found = refusal(standings[actor.id], standings[target.id], enabled=world.company_allows, rights=rights)
                assert found is expected, (seed, actor.id, target.id, found, expected)
                answers[found] += 1
    return answers


@pytest.mark.parametrize("first", range(0, 2_000, 250))
def test_the_policy_agrees_with_a_naive_reading_of_two_thousand_companies(first):
    answers = compare(range(first, first + 250))
    not_of_the_policy = {Refusal.ON_MOBILE, Refusal.NESTED, Refusal.WITHOUT_SECOND_FACTOR, Refusal.LOOK_FIRST}
    every_rule = set(Refusal) - not_of_the_policy - {Refusal.TOO_MANY}
    assert {answer for answer, times in answers.items() if times >= 20} == {*every_rule, None}, answers


@pytest.mark.long
@pytest.mark.parametrize("first", range(10_000, 60_000, 2_500))
def test_the_policy_agrees_with_a_naive_reading_of_fifty_thousand_companies(first):
    assert sum(compare(range(first, first + 2_500)).values()) == 2_500 * 49
