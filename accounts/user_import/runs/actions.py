"""The undo of a run, checked again under lock, and the end of the values that runs keep."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError
from django.utils import timezone

from accounts.authorization.changes import lock_users, require
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import ImportedPerson, User, UserImport
from accounts.models.user_imports import KEPT_FOR
from accounts.user_import.applying.apply import UsersChanged, apply_import
from accounts.user_import.applying.undo import plan_undo
from accounts.user_import.confirm import fingerprint, why_not_import
from accounts.user_import.planning.mass_change import require_confirmed
from audit import log

AT_ONCE = 10_000  # rows in one statement


def why_not_undo(actor: User, run: UserImport) -> ChangeRefusal | None:
    """Return why the actor may not undo the run; None if they may."""
    if (refusal := why_not_import(actor)) is not None:
        return refusal
    if run.state == UserImport.State.STOPPED:
        return ChangeRefusal.IMPORT_CHANGED_NOTHING
    return None if run.keeps_people else ChangeRefusal.IMPORT_TOO_OLD


def undo(
    run: UserImport, *, actor: User, seen: str, people: Collection[int] | None = None, typed: int | None = None
) -> UserImport:
    """
    Undo a run, for everybody or for these people, and return the new run.

    seen: the `fingerprint` of the plan that was confirmed. typed: the number that a mass change is confirmed with.
    Raise UsersChanged if the plan is another one by now, NotConfirmed if a mass change is not confirmed, and NotAllowed
    if the actor may not undo the run.
    """
    try:
        with log.recording():
            return undone(run, actor=actor, seen=seen, people=people, typed=typed)
    except IntegrityError as error:  # a department that is gone is noticed at the end of the transaction
        raise UsersChanged from error


def undone(run: UserImport, *, actor: User, seen: str, people: Collection[int] | None, typed: int | None) -> UserImport:
    """Undo a run inside the caller's recording, and return the new run."""
    [actor] = lock_users(actor)
    # Two undos of a run wait for each other here; the second one then has nothing to put back.
    run = UserImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    require(why_not_undo(actor, run))
    plan = plan_undo(run, actor=actor, people=people)
    if fingerprint(plan) != seen or not plan.changes_anything:
        raise UsersChanged
    require_confirmed(plan, typed)
    done = apply_import(plan, actor=actor, way=UserImport.Way.UNDO, undoes=run)
    if people is None:
        UserImport.objects.filter(pk=run.pk).update(state=UserImport.State.UNDONE)
        # The undo of an undo puts the first run in force again.
        UserImport.objects.filter(undone_by=run, state=UserImport.State.UNDONE).update(state=UserImport.State.APPLIED)
    return done


def forget_old_values() -> None:
    """Delete the values of people that runs have kept for KEPT_FOR; the runs stay."""
    old = ImportedPerson.objects.filter(run__at__lte=timezone.now() - KEPT_FOR).order_by("pk")
    while numbers := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        ImportedPerson.objects.filter(pk__in=numbers).delete()
