"""Confirming, doing and ending a run: the rules are asked again under lock in each batch, which is one transaction."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.authorization.changes import lock_rows, lock_users, lock_users_by_id, require
from accounts.authorization.refusals import AnyRefusal, ChangeRefusal
from accounts.models import BulkRun, User
from accounts.models.bulk_runs import RUNNING_KEPT
from accounts.models.history import changed_by
from accounts.users import id_ranges
from accounts.users.actions import ChangedMeanwhile
from audit import clock, log
from audit.kinds import Kind

from .plan import NAMED, Plan
from .verbs import verb_of

BATCH = 200  # people of one transaction
ADVANCED = ("done", "position", "left_out")  # the ids can be a long text
State = BulkRun.State


class NotTyped(Exception):
    """The number of people was not typed, or is another one."""


def confirm(run: BulkRun, plan: Plan, *, actor: User, seen: str, typed: str) -> None:
    """
    Fix the users of the plan as those of the run, and record the start. Do nothing if the run has begun already.

    seen: the fingerprint of the plan that was shown. Raise ChangedMeanwhile if this is another plan or changes nobody,
    NotTyped if the number of people is missing, and NotAllowed if the actor may not.
    """
    if plan.fingerprint != seen or not plan.count:
        raise ChangedMeanwhile
    if plan.is_typed and typed.strip() != str(plan.count):
        raise NotTyped
    with log.recording():
        [actor] = lock_users(actor)
        run = locked(run, actor)
        require(verb_of(run).why_not_at_all(actor))
        if run.state != State.PREVIEW:
            return
        run.state, run.ids, run.total = State.RUNNING, plan.compact_ids, plan.count
        run.save()
        record(run, "started", actor, filters=run.chosen, ids=run.ids, left_out=counts(plan))


def do_batch(run: BulkRun, *, actor: User) -> BulkRun:
    """
    Do the action to the next people of the run, and return the run as it is then.

    Who may no longer be changed is left out, with the reason. Raise NotAllowed if the actor may do this to nobody any
    more. A run that isn't running is returned as it is, so that nothing is done twice.
    """
    with log.recording():
        run = locked(run, actor)
        if not run.is_running:
            return run
        ids = list(islice(id_ranges.members(run.ids, after=run.position), BATCH))
        found = lock_users_by_id({actor.pk, *ids})
        actor, verb = found[actor.pk], verb_of(run)
        require(verb.why_not_at_all(actor))
        users = [found[pk] for pk in ids if pk in found]
        verb.read(users, lock=True)
        allowed = []
        for pk in ids:
            refused = verb.why_not(actor, found[pk]) if pk in found else ChangeRefusal.USER_GONE
            if refused is None:
                allowed.append(found[pk])
            else:
                leave_out(run, refused, pk)
        with changed_by(actor, ""):
            verb.store(actor, allowed, bulk=run.pk)
        run.done += len(allowed)
        run.position = ids[-1] if ids else run.position
        if len(ids) < BATCH or run.remaining <= 0:
            finish(run, State.DONE, actor)
        run.save(update_fields=ADVANCED if run.is_running else None)
    return run


def discard(run: BulkRun, *, actor: User) -> bool:
    """Delete a preview, and return whether it was one; a run that was confirmed meanwhile stays."""
    with transaction.atomic():
        run = locked(run, actor)
        is_preview = run.state == State.PREVIEW
        if is_preview:
            run.delete()
    return is_preview


def stop(run: BulkRun, *, actor: User) -> BulkRun:
    """End a run that is running; what was done stays."""
    with log.recording():
        run = locked(run, actor)
        if run.is_running:
            finish(run, State.STOPPED, actor)
            run.save()
    return run


def abandoned() -> QuerySet[BulkRun]:
    """Return the runs that were begun so long ago that nobody will finish them."""
    return BulkRun.objects.filter(state=State.RUNNING, created_at__lt=clock.now() - RUNNING_KEPT).order_by("pk")


def stop_abandoned() -> int:
    """Stop the abandoned runs, each in its own recording, and return their number; what they did stays."""
    count = 0
    for found in abandoned().select_related("actor"):
        with log.recording():
            run = locked(found, found.actor)
            if run.is_running:
                finish(run, State.STOPPED, found.actor, abandoned=True)
                run.save()
                count += 1
    return count


def locked(run: BulkRun, actor: User) -> BulkRun:
    """Lock the actor's run until the transaction ends, and return it as it is stored."""
    rows = lock_rows(BulkRun.objects.filter(pk=run.pk, actor=actor.pk))
    require(None if rows else ChangeRefusal.RUN_GONE)
    return rows[0]


def leave_out(run: BulkRun, refused: AnyRefusal, pk: int) -> None:
    """Count somebody who could be changed when the run was confirmed, and can't be by now."""
    count, first = run.left_out.get(refused.value, (0, []))
    run.left_out[refused.value] = [count + 1, [*first, pk][:NAMED]]


def finish(run: BulkRun, state: BulkRun.State, actor: User, **more: Any) -> None:
    """End the run with its event, which says more if there is more to say."""
    left_out = {reason: count for reason, (count, _ids) in run.left_out.items()}
    record(run, "finished" if state == State.DONE else "stopped", actor, done=run.done, left_out=left_out, **more)
    run.end(state)


def record(run: BulkRun, step: str, actor: User, **more: Any) -> None:
    """Record a step of the run; the event of each person names the run too (`bulk`)."""
    about = {"department": str(run.department)} if run.department else {}
    about |= {"permission_type": run.permission_type.name} if run.permission_type else {}
    detail = {"bulk": run.pk, "step": step, "action": run.action, "people": run.total} | about | more
    reason = {"text": run.reason} if run.reason else {}
    log.record(Kind.USERS_BULK_CHANGED, actor=actor.as_person(), reason=reason, detail=detail)


def counts(plan: Plan) -> dict[str, int]:
    return {reason: group.count for reason, group in plan.left_out.items()}
