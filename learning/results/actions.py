"""Another try and a later due date for one user: checked again under lock, recorded, and told to the user."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.authorization.changes import NotAllowed, lock_users, require
from accounts.models import User, mails
from accounts.models.preferences import time_zone_of
from accounts.policy import Refusal
from accounts.policy.rights import Right
from audit import log
from audit.kinds import Kind
from learning.actions import lock_progress, open_again
from learning.models import DueDateExtension, Module


class ResultRefusal(models.TextChoices):
    """Why an actor may not give a user another try or more time."""

    NO_RIGHT_TO_HELP = (
        "no_right_to_help",
        _("You don't hold the right to give this person another try or more time."),
    )
    NO_RIGHT_TO_SEE = "no_right_to_see", _("You don't hold the right to see this person.")
    MODULE_UNKNOWN = "module_unknown", _("There is no such module, or you may not see it.")
    MODULE_NOT_SEEN = "module_not_seen", _("%(name)s does not see this module, so this would not help.")
    NOT_SUBMITTED = "not_submitted", _("%(name)s has not submitted it, so it is open for them.")
    SUBMITTED = "submitted", _("%(name)s has submitted it, so no due date counts.")
    FAILED = "failed", _("%(name)s has submitted it and has not passed. Another try helps, a later date doesn't.")
    NO_DUE_DATE = "no_due_date", _("This module has no due date for %(name)s.")
    NO_EXTENSION = "no_extension", _("The due date is not extended. Choose a day.")
    PAST = "past", _("Choose a day in the future.")
    NOT_LATER = "not_later", _("Choose a day after the due date of everybody else.")


def why_not_help_with_results(actor: User, user: User) -> Refusal | ResultRefusal | None:
    """
    Return why the actor may give the user neither another try nor more time; None if they may.

    It takes the right to do so for the user's department, and to see the user. Nobody gives it to themselves.
    """
    if not User.objects.visible_to(actor).filter(pk=user.pk).exists():
        return ResultRefusal.NO_RIGHT_TO_SEE
    if not policy.reaches(actor, Right.HELP_WITH_RESULTS, user):
        return ResultRefusal.NO_RIGHT_TO_HELP
    if actor.pk == user.pk:
        return Refusal.SELF
    return None if user.is_active else Refusal.TARGET_INACTIVE


def why_not_reopen(user: User, module: Module) -> ResultRefusal | None:
    """Return why another try would not help the user; None if it would."""
    return None if Module.objects.visible_to(user).filter(pk=module.pk).exists() else ResultRefusal.MODULE_NOT_SEEN


def why_not_extend(user: User, module: Module, day: date | None) -> ResultRefusal | None:
    """
    Return why the due date can't be moved to the day for the user; None if it can. The module is one of `module_for`.

    day: None takes the extension back.
    """
    if day is None:
        return None if module.extended_to else ResultRefusal.NO_EXTENSION
    if not Module.objects.visible_to(user).filter(pk=module.pk).exists():
        return ResultRefusal.MODULE_NOT_SEEN
    if module.is_failed and not module.may_be_tried_again:
        return ResultRefusal.FAILED
    if module.last_submitted_at:
        return ResultRefusal.SUBMITTED
    if module.assigned_due_at is None:
        return ResultRefusal.NO_DUE_DATE
    due_at = end_of(day, user)
    if due_at <= timezone.now():
        return ResultRefusal.PAST
    return None if due_at > module.assigned_due_at else ResultRefusal.NOT_LATER


def module_for(actor: User, user: User, pk: int) -> Module | None:
    """Return the module with the due state of the user; None if the actor may not know of it."""
    known: Any = Module.objects.known_to(actor).with_due_state_of(user)
    found: Module | None = known.filter(pk=pk).first()
    return found


def reopen(*, actor: User, user: User, module: Module, reason: str) -> None:
    """
    Give a user another try at a module that they have submitted. What they submitted is kept.

    reason: why; the user reads it, and it goes into the audit log. Raise NotAllowed if the actor may not, or if the
    module is not submitted.
    """
    with log.recording():
        actor, user = lock_users(actor, user)
        require(why_not_help_with_results(actor, user))
        now = known(actor, user, module)
        require(why_not_reopen(user, now), name=user.name)
        progress = lock_progress(user, now)
        if progress is None or not progress.submitted_at:
            raise NotAllowed(ResultRefusal.NOT_SUBMITTED, name=user.name)
        earlier = open_again(user, now, progress)
        facts: dict[str, Any] = {"module": now.pk, "title": now.title}
        result = {
            "submitted_at": earlier.submitted_at.isoformat(),
            "right_count": earlier.right_count,
            "question_count": earlier.question_count,
            "tries_used": earlier.tries_used,
        }
        record(Kind.RESULT_REOPENED, actor, user, reason, facts | result)
        mails.put(mails.Mail.Kind.RESULT_REOPENED, user, actor=actor, reason=reason, **facts)


def extend(*, actor: User, user: User, module: Module, day: date | None, reason: str) -> None:
    """
    Move the due date of a module for one user to the end of a day in their time zone.

    day: None takes an extension back, so that the due date of everybody else counts again. reason: why; the user reads
    it, and it goes into the audit log. Raise NotAllowed if the actor may not, or if there is nothing to extend.
    """
    with log.recording():
        actor, user = lock_users(actor, user)
        require(why_not_help_with_results(actor, user))
        now = known(actor, user, module)
        require(why_not_extend(user, now, day), name=user.name)
        due_at = end_of(day, user) if day else None
        if due_at == now.extended_to:
            return
        if due_at:
            values = {"due_at": due_at, "actor": actor, "created_at": timezone.now()}
            DueDateExtension.objects.update_or_create(user=user, module=now, defaults=values)
        else:
            DueDateExtension.objects.filter(user=user.pk, module=now).delete()
        after = due_at or now.assigned_due_at
        facts: dict[str, Any] = {"module": now.pk, "title": now.title, "due_at": after.isoformat() if after else None}
        days = {"before": day_of(now.due_at, user), "after": day_of(after, user)}
        record(Kind.DUE_DATE_EXTENDED, actor, user, reason, facts | days)
        facts["is_taken_back"] = due_at is None
        mails.put(mails.Mail.Kind.DUE_DATE_EXTENDED, user, actor=actor, reason=reason, **facts)


def known(actor: User, user: User, module: Module) -> Module:
    """Return the module as it is now. Raise NotAllowed if the actor may not know of it."""
    found = module_for(actor, user, module.pk)
    require(None if found else ResultRefusal.MODULE_UNKNOWN)
    return found or module


def record(kind: Kind, actor: User, user: User, reason: str, detail: dict[str, Any]) -> None:
    log.record(kind, actor=actor.as_person(), target=user.as_person(), reason={"text": reason}, detail=detail)


def end_of(day: date, user: User) -> datetime:
    """Return the last minute of a day in the user's time zone."""
    return datetime.combine(day, time(23, 59), tzinfo=time_zone_of(user))


def day_of(at: datetime | None, user: User) -> str | None:
    """Return the day of a time in the user's time zone, such as "2026-11-30"."""
    return timezone.localtime(at, time_zone_of(user)).date().isoformat() if at else None
