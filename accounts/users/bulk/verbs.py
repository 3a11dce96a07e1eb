"""The actions for many users. The rules and what is stored are those of the action for one user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.auth.models import Group
from django.db.models import prefetch_related_objects

from accounts import policy
from accounts.authorization.changes import (
    TypeChange,
    lock_rows,
    store_permission_types,
    why_not_change_types,
    why_not_hand_out,
)
from accounts.authorization.grants import Grants
from accounts.authorization.refusals import AnyRefusal, ChangeRefusal
from accounts.models import BulkRun, User
from accounts.policy import Refusal
from accounts.policy.holdings import Holdings
from accounts.policy.rights import Right
from accounts.users.actions import (
    store_active,
    store_department,
    why_not_change_status,
    why_not_move,
    why_not_use_department,
)
from accounts.users.invitations import INVITING, invited_since, store_invitations, why_not_invite

Action = BulkRun.Action


class Verb:
    """
    An action with its object: what it does to users.

    Call `read` with the users before any other method about them. no_right: the refusal of an actor who holds none of
    the rights anywhere.
    """

    rights: ClassVar[tuple[str, ...]]
    no_right: ClassVar[ChangeRefusal]

    def __init__(self, run: BulkRun):
        self.run: Any = run  # `why_not_at_all` refuses a run whose department or permission type is gone

    def why_not_at_all(self, actor: User) -> AnyRefusal | None:
        """Return why the actor may do this to nobody; None if they may do it to somebody."""
        holds_one = any(policy.holds_anywhere(actor, right) for right in self.rights)
        return None if holds_one and policy.holds_anywhere(actor, Right.SEE_PEOPLE) else self.no_right

    def why_not(self, actor: User, user: User) -> AnyRefusal | None:
        """Return why this is not done to the user; None if it is."""
        if not policy.reaches(actor, Right.SEE_PEOPLE, user):
            return Refusal.OUT_OF_SCOPE
        return self.rule(actor, user) or (ChangeRefusal.NOTHING_TO_CHANGE if self.is_so(user) else None)

    def read(self, users: Sequence[User], *, lock: bool = False) -> None:
        """Read what the rules need of these users. lock: also lock what they depend on."""

    def rule(self, actor: User, user: User) -> AnyRefusal | None:
        """Return the refusal of the action for one user."""
        raise NotImplementedError

    def is_so(self, user: User) -> bool:
        """Return whether the action would change nothing."""
        raise NotImplementedError

    def store(self, actor: User, users: Sequence[User], **more: Any) -> None:
        """Do it to locked users that `why_not` lets through, and record each."""
        raise NotImplementedError

    def before(self, user: User) -> str:
        """Return what the preview shows of a user's present state; it is part of the fingerprint."""
        return ""

    def facts(self) -> str:
        """Return what else the confirmation depends on."""
        return ""


class SetActive(Verb):
    """Deactivation or reactivation."""

    rights, no_right = (Right.DEACTIVATE_PEOPLE,), ChangeRefusal.NO_RIGHT_TO_CHANGE_STATUS

    @property
    def active(self) -> bool:
        return self.run.action == Action.REACTIVATE

    def rule(self, actor, user):
        return why_not_change_status(actor, user)

    def is_so(self, user):
        return user.is_active == self.active

    def store(self, actor, users, **more):
        store_active(actor, users, active=self.active, reason=self.run.reason, **more)


class Move(Verb):
    """Move to another department."""

    rights, no_right = (Right.EDIT_PEOPLE,), ChangeRefusal.NO_RIGHT_TO_EDIT

    def why_not_at_all(self, actor):
        if self.run.department is None:
            return ChangeRefusal.DEPARTMENT_GONE
        refused = super().why_not_at_all(actor)
        return refused or why_not_use_department(actor, Right.EDIT_PEOPLE, self.run.department)

    def read(self, users, *, lock=False):
        prefetch_related_objects(users, "department")

    def rule(self, actor, user):
        return why_not_move(actor, user, self.run.department)

    def is_so(self, user):
        return user.department_id == self.run.department_id

    def store(self, actor, users, **more):
        store_department(actor, users, self.run.department, **more)

    def before(self, user):
        return str(user.department or "–")

    def facts(self):
        return f"{self.run.department.path} {self.run.department}"


class ChangeType(Verb):
    """A permission type is given, or taken."""

    rights, no_right = (Right.MANAGE_PERMISSION_TYPES,), ChangeRefusal.NO_RIGHT_TO_ASSIGN

    def __init__(self, run):
        super().__init__(run)
        self.grants = Grants.read()
        self.directly: dict[int, Holdings] = {}

    def why_not_at_all(self, actor):
        if self.run.permission_type is None:
            return ChangeRefusal.TYPE_GONE
        refused = super().why_not_at_all(actor)
        return refused or why_not_hand_out(actor, self.grants.of(self.run.permission_type))

    def read(self, users, *, lock=False):
        if lock:
            lock_rows(Group.objects.filter(pk=self.run.permission_type_id))
            self.grants = Grants.read()
        prefetch_related_objects(users, "groups")
        self.directly = policy.holdings_held_directly(users)

    def change(self, user: User) -> TypeChange:
        before, group = set(user.groups.all()), {self.run.permission_type}
        after = before | group if self.run.action == Action.GIVE_TYPE else before - group
        return TypeChange(user, before, after, self.directly[user.pk])

    def rule(self, actor, user):
        return why_not_change_types(actor, self.change(user), self.grants)

    def is_so(self, user):
        change = self.change(user)
        return change.before == change.after

    def store(self, actor, users, **more):
        store_permission_types(actor, [self.change(user) for user in users], self.grants, **more)

    def before(self, user):
        return ", ".join(sorted(group.name for group in user.groups.all())) or "–"

    def facts(self):
        held = self.grants.of(self.run.permission_type)
        return "\n".join([self.run.permission_type.name, *sorted(f"{each.right}:{each.path}" for each in held)])


class Invite(Verb):
    """An invitation by mail, to somebody who has never signed in."""

    rights, no_right = INVITING, ChangeRefusal.NO_RIGHT_TO_INVITE

    def __init__(self, run):
        super().__init__(run)
        self.invited: set[int] = set()

    def read(self, users, *, lock=False):
        self.invited = invited_since(self.run.created_at, users)

    def rule(self, actor, user):
        refused = why_not_invite(actor, user)
        return refused or (ChangeRefusal.INVITED_MEANWHILE if user.pk in self.invited else None)

    def is_so(self, user):
        return False

    def store(self, actor, users, **more):
        store_invitations(actor, users, **more)


VERBS: dict[str, type[Verb]] = {
    Action.DEACTIVATE: SetActive,
    Action.REACTIVATE: SetActive,
    Action.GIVE_TYPE: ChangeType,
    Action.TAKE_TYPE: ChangeType,
    Action.MOVE: Move,
    Action.INVITE: Invite,
}


def verb_of(run: BulkRun) -> Verb:
    """Return the verb of a run."""
    return VERBS[run.action](run)


def actions_of(actor: User) -> list[BulkRun.Action]:
    """Return the actions that the actor may do to somebody."""
    if not policy.holds_anywhere(actor, Right.SEE_PEOPLE):
        return []
    return [each for each in Action if any(policy.holds_anywhere(actor, right) for right in VERBS[each].rights)]
