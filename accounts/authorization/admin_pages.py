"""Which pages of the administration are of use to a user: the audit log, and the rest of it."""

from __future__ import annotations

from accounts import policy
from accounts.models import User

# Named as text, because the apps that declare these rights are above or beside this one.
READ_LOG = "audit.view_auditevent"
OF_THE_LOG = ("audit.", "impersonation.review_assumedsession")


def reads_log(user: User) -> bool:
    """Return whether the user may read the audit log."""
    return bool(user.is_staff) and policy.holds(user, READ_LOG)


def administers(user: User) -> bool:
    """Return whether the administration has more for the user than the log and its review: content, live sessions."""
    if not user.is_staff:
        return False
    used_there = {held.right for held in policy.holdings(user) if not held.right.startswith("accounts.")}
    more = {right for right in used_there if not right.startswith(OF_THE_LOG)}
    return bool(user.is_superuser or more or (used_there and not reads_log(user)))


def only_audits(user: User) -> bool:
    """Return whether reading the log is all that the user does here beside learning."""
    return (
        reads_log(user)
        and not user.is_superuser
        and all(held.right.startswith(OF_THE_LOG) for held in policy.holdings(user))
    )
