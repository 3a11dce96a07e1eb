"""What changes of learning mean, in sentences of the audit log. The first in the list tells what a whole form did."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from audit.sentences import CHANGES

Detail = dict[str, Any]


def of_registrations(detail: Detail) -> Any:
    if detail.get("before") is None:
        return _("%(actor)s registered %(target)s for %(about)s")
    if detail.get("after") is None:
        return _("%(actor)s cancelled %(target)s's registration for %(about)s")
    return _("%(actor)s changed %(target)s's registration for %(about)s")


def of_waiting_lists(detail: Detail) -> Any:
    if detail.get("after") is None:
        return _("%(actor)s took %(target)s off the waiting list of %(about)s")
    return _("%(actor)s put %(target)s on the waiting list of %(about)s")


def of_progress(detail: Detail) -> Any:
    after = detail.get("after")
    if isinstance(after, dict) and after.get("submitted_at"):
        return _("%(actor)s submitted %(about)s for %(target)s")
    if detail.get("before") is None:
        return _("%(actor)s began %(about)s for %(target)s")
    if after is None:
        return _("%(actor)s took back %(target)s's progress in %(about)s")
    return _("%(actor)s changed %(target)s's progress in %(about)s")


def of_answers(detail: Detail) -> Any:
    if detail.get("after") is None:
        return _("%(actor)s removed an answer of %(target)s in %(about)s")
    return _("%(actor)s answered a step of %(about)s for %(target)s")


def add() -> None:
    """Tell the audit log what these changes mean."""
    CHANGES.update(
        {
            "learning.registration": of_registrations,
            "learning.waitingentry": of_waiting_lists,
            "learning.moduleprogress": of_progress,
            "learning.answer": of_answers,
        }
    )
