"""Random companies, and a naive implementation of the rules of Login as User that checks each place and right."""

import random

from accounts.policy import Refusal, Standing
from accounts.policy.holdings import Holding, Holdings
from accounts.policy.rights import LOG_IN_ON_BEHALF, Right

RIGHTS = [
    Right.ACT_ON_BEHALF, Right.LOOK_ONLY_ON_BEHALF, Right.SEE_PEOPLE, Right.EDIT_PEOPLE, Right.LOG_IN_AS_PROTECTED,
]  # fmt: skip
EVERYWHERE = None  # as a grant: company-wide; as a place: no department


class Somebody:
    """A user of a random company, with status and grants."""

    def __init__(self, number, chance, places):
        self.id = number
        self.department = chance.choice([*range(places), None])
        self.is_active = chance.random() < 0.85
        self.is_superuser = chance.random() < 0.08
        self.is_staff = chance.random() < 0.2
        self.is_protected = chance.random() < 0.25
        self.grants = set()


class World:
    """
    A tree of departments, permission types, and users with some of the types.

    above: the parent of each department, None for the top. The seed determines the whole company.
    """

    def __init__(self, seed, *, people=7, departments=5, types=4):
        self.random = chance = random.Random(seed)
        self.above = [None] + [chance.randrange(number) for number in range(1, departments)]
        self.types = [self.some_grants(0.3, 0.12) for _ in range(types)]
        self.people = [Somebody(number, chance, departments) for number in range(1, people + 1)]
        self.company_allows = chance.random() < 0.9
        for person in self.people:
            person.types = [number for number in range(types) if chance.random() < 0.35]
            person.direct = {right for right in RIGHTS if chance.random() < 0.06}
            person.grants = {(right, EVERYWHERE) for right in person.direct}.union(
                *(self.types[number] for number in person.types)
            )
            person.everything = self.everything(person.grants)

    def some_grants(self, company_wide, scoped):
        grants = {(right, EVERYWHERE) for right in RIGHTS if self.random.random() < company_wide / 2}
        places = range(len(self.above))
        return grants | {(right, place) for right in RIGHTS for place in places if self.random.random() < scoped / 2}

    def is_within(self, place, top):
        while place is not None and place != top:
            place = self.above[place]
        return place == top

    def everything(self, grants):
        """Return each (right, place) that these grants give."""
        places = range(len(self.above))
        held = set()
        for right, top in grants:
            if top is EVERYWHERE:
                held |= {(right, place) for place in [*places, None]}
            else:
                held |= {(right, place) for place in places if self.is_within(place, top)}
        return held

    def refusal(self, actor, target, rights=LOG_IN_ON_BEHALF, *, enabled=True):
        """Return the refusal of the first rule, in the order of the documentation, that applies; None if none does."""
        holds = {right for right, _place in actor.everything}
        trusted = (Right.LOG_IN_AS_PROTECTED, target.department) in actor.everything
        rules = [
            (Refusal.FEATURE_OFF, not enabled),
            (Refusal.ACTOR_INACTIVE, not actor.is_active),
            (Refusal.NO_RIGHT, not actor.is_superuser and not holds & set(rights)),
            (Refusal.SELF, actor is target),
            (
                Refusal.OUT_OF_SCOPE,
                not actor.is_superuser and not any((right, target.department) in actor.everything for right in rights),
            ),
            (Refusal.TARGET_INACTIVE, not target.is_active),
            (Refusal.TARGET_SUPERUSER, target.is_superuser),
            (Refusal.TARGET_PROTECTED, not actor.is_superuser and target.is_protected and not trusted),
            (
                Refusal.TARGET_HOLDS_MORE,
                not actor.is_superuser
                and ((target.is_staff and not actor.is_staff) or not target.everything <= actor.everything),
            ),
        ]
        return next((refusal for refusal, applies in rules if applies), None)

    def path(self, place):
        """Return a tree path as in the departments' table."""
        return "" if place is None else self.path(self.above[place]) + f"{place:04}"

    def standing(self, person):
        """Return the user as the policy's Standing."""
        return Standing(
            id=person.id,
            is_active=person.is_active,
            is_superuser=person.is_superuser,
            is_staff=person.is_staff,
            is_protected=person.is_protected,
            department_path=None if person.department is None else self.path(person.department),
            holdings=Holdings(Holding(right, self.path(place)) for right, place in person.grants),
        )
