"""The plan of a run: who would be changed now, and who is left out and why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from accounts.authorization.refusals import AnyRefusal
from accounts.models import BulkRun, User
from accounts.users import id_ranges

from .verbs import Verb

READ_AT_ONCE = 1_000
SHOWN = 50
NAMED = 5  # of each group that is left out
# A count is typed if more than this are deactivated, or if more than this percentage of all active people is changed.
TYPED_ABOVE, TYPED_ABOVE_PERCENT = 20, 5
NEVER_TYPED = 5  # so few can be read one by one, also in a small company


@dataclass(slots=True)
class Group:
    """Users who are left out for the same reason."""

    refusal: AnyRefusal
    count: int = 0
    first: list[User] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        return str(self.refusal.label)

    @property
    def more(self) -> int:
        return self.count - len(self.first)


@dataclass(slots=True)
class Plan:
    """
    Who would be changed, and who is left out.

    first: the first users who would be changed, each with the present state. fingerprint: a hash of everything that a
    confirmation depends on.
    """

    ids: list[int]
    first: list[tuple[User, str]]
    left_out: dict[str, Group]
    fingerprint: str
    is_typed: bool = False

    @property
    def count(self) -> int:
        return len(self.ids)

    @property
    def more(self) -> int:
        return self.count - len(self.first)

    @property
    def left_out_count(self) -> int:
        return sum(group.count for group in self.left_out.values())

    @property
    def groups(self) -> list[Group]:
        """Return the groups that are left out, the largest first."""
        return sorted(self.left_out.values(), key=lambda group: -group.count)

    @property
    def compact_ids(self) -> str:
        return id_ranges.compact(self.ids)[0]


def plan_run(verb: Verb, users, *, actor: User) -> Plan:
    """Return the plan for these users; a batch asks the same rules again."""
    run = verb.run
    digest = hashlib.sha256(f"{run.action} {run.permission_type_id} {run.department_id} {verb.facts()}".encode())
    plan = Plan([], [], {}, "")
    found = users.with_standing().select_related("department").order_by("pk")
    for chunk in chunks(found.iterator(chunk_size=READ_AT_ONCE)):
        verb.read(chunk)
        for user in chunk:
            refused, before = verb.why_not(actor, user), verb.before(user)
            digest.update(f"{user.pk} {refused or ''} {before}\0".encode())
            if refused is None:
                plan.ids.append(user.pk)
                if len(plan.first) < SHOWN:
                    plan.first.append((user, before))
                continue
            group = plan.left_out.setdefault(refused.value, Group(refused))
            group.count += 1
            if len(group.first) < NAMED:
                group.first.append(user)
    plan.fingerprint = digest.hexdigest()
    plan.is_typed = is_typed(run, plan.count)
    return plan


def chunks(users: Iterable[User]) -> Iterator[list[User]]:
    """Yield READ_AT_ONCE users at a time."""
    users = iter(users)
    while chunk := list(islice(users, READ_AT_ONCE)):
        yield chunk


def is_typed(run: BulkRun, count: int) -> bool:
    """Return whether the number of people is to be typed before the action is confirmed."""
    if count <= NEVER_TYPED:
        return False
    if run.action == BulkRun.Action.DEACTIVATE and count > TYPED_ABOVE:
        return True
    return count * 100 > TYPED_ABOVE_PERCENT * User.objects.filter(is_active=True).count()
