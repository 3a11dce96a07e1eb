"""Which pages of the administration are of use to a user: the audit log, and the rest of it."""

from __future__ import annotations

from .rules import Account, holdings, holds

# Named as text, because the apps that declare these rights are above or beside this one.
READ_LOG = "audit.view_auditevent"
SESSIONS = ("impersonation.view_assumedsession", "impersonation.review_assumedsession")
OF_THE_LOG = ("audit.", "impersonation.review_assumedsession")


def reads_log(user: Account) -> bool:
    """Return whether the user may read the audit log."""
    return bool(user.is_staff) and holds(user, READ_LOG)


def administers(user: Account) -> bool:
    """Return whether the administration has more for the user than the log and its review: content, live sessions."""
    if not user.is_staff:
        return False
    used_there = {held.right for held in holdings(user) if not held.right.startswith("accounts.")}
    more = {right for right in used_there if not right.startswith(OF_THE_LOG)}
    return bool(user.is_superuser or more or (used_there and not reads_log(user)))


def sees_assumed_sessions(user: Account) -> bool:
    """Return whether the user may open the list of assumed sessions: the live ones, or those objected to."""
    return bool(user.is_staff) and any(holds(user, right) for right in SESSIONS)


def only_audits(user: Account) -> bool:
    """Return whether reading the log is all that the user does here beside learning."""
    return (
        reads_log(user) and not user.is_superuser and all(held.right.startswith(OF_THE_LOG) for held in holdings(user))
    )
