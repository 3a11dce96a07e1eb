"""Explanations of why a user can't submit a module or register for an event, for the actor who helps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models.preferences import moment
from learning.asked import Asked
from learning.models import (
    Answer,
    EarlierWording,
    Event,
    Interaction,
    Lapse,
    Module,
    ModuleProgress,
    RegistrationRefusal,
)
from learning.outcome import Result, result_of

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Submission:
    """
    What keeps a user from submitting a module, and the result of what they submitted.

    module: with the due state of the user. right_count, question_count: of the questions that have a right answer.
    is_passed: whether that reaches the pass mark or, without one, every required one of these is answered right. tries:
    None if tries are not limited.
    """

    module: Module
    started_at: datetime | None
    submitted_at: datetime | None
    missing: list[Interaction]
    wrong: list[Interaction]
    tries_left: int
    changed: list[str | Promise]
    right_count: int
    question_count: int
    is_passed: bool
    tries_used: int
    tries: int | None


@dataclass(frozen=True, slots=True)
class RegistrationVerdict:
    """
    The result of one rule of registering.

    setting: the field on the event's page in the admin site. in_short: the sentence without its facts.
    """

    name: str
    passed: bool
    sentence: str | Promise
    setting: str = ""
    in_short: str | Promise = ""


PASSED = {
    RegistrationRefusal.BEGUN: _("The event has not begun."),
    RegistrationRefusal.CLOSED: _("Registration has not closed."),
    RegistrationRefusal.NOT_OPEN: _("Registration has opened."),
    RegistrationRefusal.FULL: _("There is a place left."),
}

WHY_SKIPPED = {
    Lapse.DEACTIVATED: _("The person is on the waiting list and is skipped, because they are deactivated."),
    Lapse.NOT_MEANT: _("The person is on the waiting list and is skipped, because they are not in the audience."),
}

SETTINGS = {
    RegistrationRefusal.BEGUN: "id_starts_at_0",
    RegistrationRefusal.CLOSED: "id_registration_closes_at_0",
    RegistrationRefusal.NOT_OPEN: "id_registration_opens_at_0",
    RegistrationRefusal.FULL: "id_capacity",
}


def explain_submission(user: User, module: Module) -> Submission:
    """
    Return whether the user has submitted the module, and which required interactions keep them from it.

    Wrong answers are named only after a try was refused because of them, as the learner was told then.
    """
    module = Module.objects.with_due_state_of(user).get(pk=module.pk)
    progress = ModuleProgress.objects.filter(user=user.pk, module=module).first()
    submitted_at = progress.submitted_at if progress else None
    used = progress.tries_used if progress else 0
    result = result_of(Asked(module, user, progress)) if submitted_at else Result()
    return Submission(
        module=module,
        started_at=progress.started_at if progress else None,
        submitted_at=submitted_at,
        missing=[] if submitted_at else list(module.missing_for(user)),
        wrong=module.wrong_for(user) if used and not submitted_at else [],
        tries_left=max(0, (module.tries or 0) - used),
        changed=[why_changed(*each, is_submitted=bool(submitted_at)) for each in answered_before(user, module)],
        right_count=result.right_count,
        question_count=result.question_count,
        is_passed=result.is_passed,
        tries_used=used,
        tries=module.tries,
    )


def answered_before(user: User, module: Module) -> list[tuple[Answer, datetime]]:
    """Return the user's answers to questions that were changed or removed since, and when."""
    replaced = EarlierWording.objects.filter(interaction=OuterRef("interaction"), version=OuterRef("version"))
    answers = Answer.ever.filter(interaction__module=module, user=user.pk).select_related("interaction")
    changed = Coalesce(Subquery(replaced.values("replaced_at")), F("interaction__retired_at"))
    found = answers.annotate(changed_at=changed, title=Subquery(replaced.values("title"))).exclude(changed_at=None)
    return [(answer, answer.changed_at) for answer in found.order_by("interaction__position", "interaction")]


def why_changed(answer: Any, changed_at: datetime, *, is_submitted: bool) -> str:
    interaction = answer.interaction
    if interaction.retired_at:
        said = _("The question “%(title)s” was removed on %(time)s, after the person answered it.")
    elif is_submitted:
        said = _("The question “%(title)s” was changed on %(time)s, after the person submitted it; the answer stays.")
    elif answer.version >= interaction.valid_from:
        said = _("The question “%(title)s” was reworded on %(time)s, after the person answered it; the answer stays.")
    else:
        said = _("The question “%(title)s” was changed on %(time)s, after the person answered it, and is asked again.")
    return said % {"title": answer.title or interaction.title, "time": moment(changed_at)}


def explain_registration(user: User, event: Event) -> list[RegistrationVerdict]:
    """Return a verdict on every rule of registering for the event. A place that the user has counts as allowed."""
    event = Event.objects.with_registration_of(user).get(pk=event.pk)
    if event.is_registered:
        return [RegistrationVerdict("registered", True, _("The person takes part."))]
    against = event.registration_refusals
    waiting = [] if event.waiting_number is None else [explain_waiting(user, event)]
    return waiting + [
        RegistrationVerdict(
            refusal.value,
            refusal not in against,
            why_refused(event, refusal) if refusal in against else PASSED[refusal],
            SETTINGS[refusal],
            refusal.label,
        )
        for refusal in RegistrationRefusal
    ]


def explain_waiting(user: User, event: Event) -> RegistrationVerdict:
    """Return which number of the waiting list the user is, or why the list skips them."""
    said: str | Promise
    lapse = event.waiting.with_users().get(user=user.pk).lapse
    if lapse is None:
        said = _("The person is number %(number)s of the waiting list.") % {"number": event.waiting_number}
    else:
        said = WHY_SKIPPED[lapse]
    return RegistrationVerdict("waiting", False, said)


def why_refused(event: Any, refusal: RegistrationRefusal) -> str | Promise:
    match refusal:
        case RegistrationRefusal.BEGUN:
            return _("The event began on %(time)s.") % {"time": moment(event.starts_at)}
        case RegistrationRefusal.CLOSED:
            return _("Registration closed on %(time)s.") % {"time": moment(event.registration_closes_at)}
        case RegistrationRefusal.NOT_OPEN:
            return _("Registration opens on %(time)s.") % {"time": moment(event.registration_opens_at)}
        case RegistrationRefusal.FULL:
            return why_full(event)


def why_full(event: Any) -> str:
    if not (event.has_waiting_list or event.waiting_count):
        said = ngettext("The one place is taken.", "All %(count)s places are taken.", event.capacity)
        return said % {"count": event.capacity}
    waiting = ngettext("%(count)s person", "%(count)s people", event.waiting_count) % {"count": event.waiting_count}
    said = ngettext(
        "The one place is taken; there is a waiting list, with %(people)s.",
        "All %(count)s places are taken; there is a waiting list, with %(people)s.",
        event.capacity,
    )
    return said % {"count": event.capacity, "people": waiting if event.waiting_count else _("nobody on it")}
