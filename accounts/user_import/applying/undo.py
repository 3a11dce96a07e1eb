"""Undo of a run: a plan that puts back what the run changed, as far as nobody changed it since."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import ImportedPerson, JobProfile, User, UserImport
from accounts.user_import.field_words import label
from accounts.user_import.planning.departments import Tree
from accounts.user_import.planning.matching import chunks, is_protected
from accounts.user_import.planning.plan import Plan, Update
from accounts.user_import.problems import Problem
from accounts.user_import.reading.files import Source

UNIQUE = ("email", "external_id")


def plan_undo(run: UserImport, *, actor: User | None, people: Collection[int] | None = None) -> Plan:
    """
    Return the plan that undoes a run; nothing is written.

    actor: the user who undoes it; users with rights that the actor doesn't hold are left alone, and users out of the
    actor's sight have a number instead of a name. people: the ids of the users to undo it for, or None for everybody.
    What stays as it is has a remark in `plan.left_alone`; an address or HR identifier that somebody else has by now is
    in `plan.rejected`.
    """
    planner = Undo(run, actor)
    seen = User.objects.visible_to(actor) if actor else User.objects.all()
    kept = run.people.order_by("pk")
    if people is not None:
        kept = kept.filter(user__in=people)
    for chunk in chunks(kept.iterator()):
        users = User.objects.filter(pk__in=[person.user_id for person in chunk]).with_standing()
        by_id = {user.pk: user for user in users}
        planner.in_sight.update(seen.filter(pk__in=by_id).values_list("pk", flat=True))
        for person in chunk:
            planner.add(person, by_id[person.user_id])
    for field in UNIQUE:
        planner.leave_out_taken(field)
    return planner.finished()


class Undo:
    """Builder of the plan."""

    def __init__(self, run: UserImport, actor: User | None):
        self.actor = actor
        self.plan = Plan(source=Source(run.file_name, run.sha256, run.size), tree=Tree())
        self.places = self.plan.tree.by_id if self.plan.tree else {}
        self.profiles = dict(JobProfile.objects.values_list("id", "name"))
        self.updates: dict[int, Update] = {}
        self.in_sight: set[int] = set()

    def add(self, person: ImportedPerson, user: User) -> None:
        """Plan what is put back of one user."""
        self.plan.rows += 1
        if not person.before and not person.after:
            self.remark(person, "", _("The values of person %(id)s were erased.") % {"id": user.pk})
            return
        changes = self.deactivation(person, user) if person.created else self.changes(person, user)
        if changes and is_protected(user, self.actor):
            self.plan.protected += 1
            message = _("%(name)s holds rights here and is left as is. Change this account in User Management.")
            self.remark(person, "", message % {"name": self.named(user)})
        elif changes:
            self.updates[user.pk] = Update(user.pk, person.line, self.named(user), changes)
        else:
            self.plan.unchanged += 1

    def deactivation(self, person: ImportedPerson, user: User) -> dict[str, tuple[Any, Any]]:
        """Return the deactivation of a created user, who is never deleted; {} if they are used by now."""
        if not user.is_active:
            return {}
        if user.last_login is not None:
            message = _("%(name)s has signed in since the import and stays active.")
            self.remark(person, "", message % {"name": self.named(user)})
            return {}
        changed = [label(field) for field, value in person.after.items() if current(user, field) != value]
        if changed:
            message = _("%(name)s was changed since the import and stays active.") % {"name": self.named(user)}
            self.remark(person, ", ".join(changed), message)
            return {}
        return {"is_active": (True, False)}

    def changes(self, person: ImportedPerson, user: User) -> dict[str, tuple[Any, Any]]:
        """Return the fields that still have the value of the import, each with this value and the former one."""
        changes: dict[str, tuple[Any, Any]] = {}
        for field, after in person.after.items():
            before, now = person.before[field], current(user, field)
            if now == before:
                continue
            if now != after:
                message = _("%(name)s: somebody has changed this since the import; it stays.")
                self.remark(person, field, message % {"name": self.named(user)})
            elif self.is_gone(field, before):
                message = _("%(name)s: the former value no longer exists; this stays.")
                self.remark(person, field, message % {"name": self.named(user)})
            else:
                changes[field] = (self.planned(field, after), self.planned(field, before))
        return changes

    def is_gone(self, field: str, value: Any) -> bool:
        """Return whether the value is a department or job profile that was deleted."""
        stored: dict[str, Any] = {"department": self.places, "job_profile": self.profiles}
        return field in stored and value is not None and value not in stored[field]

    def planned(self, field: str, value: Any) -> Any:
        """Return a kept value as a plan has it."""
        if field == "department":
            return self.places.get(value)
        return self.profiles.get(value, "") if field == "job_profile" else value

    def leave_out_taken(self, field: str) -> None:
        """Leave out former values of a unique field that somebody has who keeps them."""
        wanted = {each.changes[field][1]: each for each in self.updates.values() if field in each.changes}
        wanted.pop(None, None)
        holders: dict[str, int] = {}
        for chunk in chunks(wanted):
            holders |= dict(User.objects.filter(**{f"{field}__in": chunk}).values_list(field, "pk"))
        # A user whose value is left out keeps the present one, which may be wanted by the next.
        waiting = [value for value, pk in holders.items() if not self.gives_up(pk, field)]
        while waiting:
            value = waiting.pop()
            update = wanted.get(value)
            if update is None or field not in update.changes:
                continue
            present, _former = update.changes.pop(field)
            message = _("%(name)s keeps “%(present)s”, because somebody else has “%(former)s” by now.")
            shown = {"present": present or "–", "former": value}
            if update.id not in self.in_sight:
                message, shown = _("%(name)s keeps this, because somebody else has the former value by now."), {}
            said = message % {"name": update.name, **shown}
            self.plan.rejected.append(Problem(update.line or None, label(field), said))
            waiting.append(present)

    def named(self, user: User) -> str:
        """Return the name of a user, or the number of one who is out of sight, as the page of a run has it."""
        return user.name if user.pk in self.in_sight else _("Person %(id)s") % {"id": user.pk}

    def gives_up(self, pk: int, field: str) -> bool:
        return pk in self.updates and field in self.updates[pk].changes

    def remark(self, person: ImportedPerson, field: str, message: str) -> None:
        self.plan.left_alone.append(Problem(person.line or None, label(field), message))

    def finished(self) -> Plan:
        plan = self.plan
        plan.updates = [update for update in self.updates.values() if update.changes]
        plan.unchanged += len(self.updates) - len(plan.updates)
        plan.notices = [*plan.left_alone]
        return plan


def current(user: User, field: str) -> Any:
    """Return the present value of a field as the record of a run keeps it."""
    return getattr(user, f"{field}_id") if field in ("department", "job_profile") else getattr(user, field)
