"""What was changed in a user's place, in sentences for that user (audit_sentences.py has those for auditors)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from audit.changes import ChangeTold

from .answers_told import ANSWER, answers_told
from .models import EarlierSubmission, ModuleProgress
from .models.places_in_log import PLACE, TURN

Detail = dict[str, Any]


def changes_told(user: User, details: Mapping[int, Detail | None]) -> dict[int, ChangeTold]:
    """
    Return recorded changes in words, by the number of their event; those that have no sentence here are left out.

    details: None for an erased one. No queries, but for answers of earlier versions (answers_told.py).
    """
    known = {seq: detail for seq, detail in details.items() if detail is not None and detail.get("about")}
    told = answers_told(user, {seq: detail for seq, detail in known.items() if is_of_an_answer(detail)})
    for seq, detail in known.items():
        sentence = SENTENCES.get(str(detail.get("model")), no_sentence)(user, detail)
        if sentence:
            told[seq] = ChangeTold(sentence % {"about": detail["about"]})
    return told


def is_of_an_answer(detail: Detail) -> bool:
    """Return whether an event tells of an answer: in an assumed session, or of the user who replaced one of it."""
    return detail.get("model") == ANSWER or {"interaction", "given_in"} <= detail.keys()


def no_sentence(user: User, detail: Detail) -> str:
    return ""


def is_of(user: User, detail: Detail) -> bool:
    """Return whether a row that was added or removed is the user's: in one session those of others change too."""
    fields = detail.get("before") or detail.get("after")
    return isinstance(fields, dict) and fields.get("user_id") == user.pk


def of_places(user: User, detail: Detail) -> str:
    if not is_of(user, detail):
        if detail.get("before"):
            return _("Took back a place at %(about)s that no longer counted")
        return _("Passed a place at %(about)s on to the next who waited")
    return _("Cancelled your registration for %(about)s") if detail.get("before") else _("Registered you for %(about)s")


def of_turns(user: User, detail: Detail) -> str:
    if not is_of(user, detail):
        return _("Moved up the waiting list of %(about)s")
    if detail.get("before"):
        return _("Took you off the waiting list of %(about)s")
    return _("Put you on the waiting list of %(about)s")


def of_progress(user: User, detail: Detail) -> str:
    before, after = detail.get("before"), detail.get("after")
    if isinstance(after, dict) and after.get("submitted_at"):
        return _("Submitted %(about)s")
    if before is None:
        return _("Began %(about)s")
    if after is None:
        return _("Took back your progress in %(about)s")
    return _("Changed your progress in %(about)s")


def of_earlier_submissions(user: User, detail: Detail) -> str:
    return "" if detail.get("before") else _("Opened %(about)s again, and kept what you had submitted")


SENTENCES = {
    PLACE: of_places,
    TURN: of_turns,
    ModuleProgress._meta.label_lower: of_progress,
    EarlierSubmission._meta.label_lower: of_earlier_submissions,
}
