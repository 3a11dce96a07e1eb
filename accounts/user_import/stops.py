"""Reasons why an import by command stops and changes nothing, for the terminal and for the record of a feed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.authorization.changes import NotAllowed
from accounts.models import FeedCause
from audit.errors import NotRecorded

from .applying.apply import UsersChanged
from .planning.mass_change import NotConfirmed
from .planning.plan import Plan
from .problems import Problem


class Stopped(CommandError):
    """
    An import that changes nothing; the message is for the terminal.

    cause: what has to be done. reason: why, for the record; None: as the message says. plan: what the file would have
    done, if it was read. same: what is equal as long as the reason is the same; None: the reason.
    """

    def __init__(
        self,
        message: str,
        cause: FeedCause,
        *,
        reason: str | None = None,
        plan: Plan | None = None,
        same: str | None = None,
    ):
        super().__init__(message)
        self.cause, self.plan = cause, plan
        self.reason = message if reason is None else reason
        self.same = self.reason if same is None else same


@contextmanager
def stops(plan: Plan) -> Iterator[None]:
    """Raise Stopped if the block, which applies the plan, is undone for a reason that is nobody's mistake."""
    try:
        yield
    except (UsersChanged, IntegrityError) as error:
        # IntegrityError: what the plan needs was deleted, which the database notices at the end.
        message = _("Nothing was imported: somebody changed the same people meanwhile. Run the import again.")
        reason = _("Somebody changed the same people, or departments, while the file was read.")
        raise Stopped(message, FeedCause.AT_ONCE, reason=reason, plan=plan) from error
    except NotConfirmed as error:
        raise unconfirmed(plan, error) from error
    except NotAllowed as error:
        raise Stopped(error.sentence, FeedCause.SETUP, plan=plan) from error
    except NotRecorded as error:
        message = _("Nothing was imported: the database or its audit log can't be written now. Run the import again.")
        reason = _("The database or its audit log could not be written.")
        raise Stopped(message, FeedCause.AT_ONCE, reason=reason, plan=plan) from error


def unconfirmed(plan: Plan, error: NotConfirmed) -> Stopped:
    """Return the stop of a mass change that nobody has confirmed."""
    number = error.change.number
    message = _("Nothing was imported. If that is right, run it with --confirm-mass-change %(number)s.")
    # The sentences also count all active people, whose number changes each day.
    reason = " ".join(error.change.sentences)
    stop = Stopped(message % {"number": number}, FeedCause.MASS_CHANGE, reason=reason, plan=plan, same=str(number))
    stop.__cause__ = error
    return stop


def undecided(plan: Plan) -> Stopped:
    """Return the stop of a plan with problems or open questions."""
    count = len(plan.problems) + len(plan.questions)
    message = ngettext("Nothing was imported: %(count)s problem.", "Nothing was imported: %(count)s problems.", count)
    said = [message % {"count": count}]
    if plan.questions:
        said.append(_("Decide on the import page and download the mapping for --map, or use --same."))
    if not plan.is_readable:
        cause = FeedCause.QUESTIONS if plan.columns else FeedCause.FILE
    else:
        cause = FeedCause.ROWS if plan.problems else FeedCause.QUESTIONS
    return Stopped(" ".join(said), cause, reason=reason_of(plan), plan=plan)


def nobody(plan: Plan) -> Stopped:
    """Return the stop of a file without a row that can be imported: HR never means an empty company by it."""
    if plan.rejected:
        message, cause = _("Nothing was imported: no row of the file can be."), FeedCause.ROWS
        return Stopped(message, cause, reason=_("No row of the file can be imported."), plan=plan)
    message = _("Nothing was imported: the file lists nobody.")
    return Stopped(message, FeedCause.FILE, reason=_("The file lists nobody."), plan=plan)


def reason_of(plan: Plan) -> str:
    """Return why a plan with problems or open questions can't be applied, without a value of any row."""
    if not plan.is_readable:
        heading = plan.columns.line if plan.columns else None
        whole = [problem for problem in plan.problems if problem.line in (None, heading)]
        return str((whole or plan.problems[-1:])[0])
    said = []
    if plan.problems:
        message = ngettext(
            "%(count)s problem, in line %(line)s.",
            "%(count)s problems, the first in line %(line)s.",
            len(plan.problems),
        )
        said.append(message % {"count": len(plan.problems), "line": min(first.line or 0 for first in plan.problems)})
    if plan.questions:
        message = ngettext(
            "%(count)s question is open, about line %(line)s.",
            "%(count)s questions are open, the first about line %(line)s.",
            len(plan.questions),
        )
        first = min(line for question in plan.questions for line in question.lines)
        said.append(message % {"count": len(plan.questions), "line": first})
    return " ".join(said)


def problems_of(plan: Plan) -> list[Problem]:
    """Return the problems of a plan, those of rows that it skips, and each open question, sorted by line."""
    asked = (question.problems()[0] for question in plan.questions)
    found = [*plan.problems, *asked, *plan.rejected, *plan.undecided]
    return sorted(found, key=lambda problem: problem.line or 0)
