"""Sentences about one's own account, and about no account at all; audit/sentences.py has the others."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from .kinds import Kind

OWN: dict[Kind, Any] = {
    Kind.ASSUMED_SESSION_REFUSED: gettext_lazy("%(actor)s was not allowed to log in as themselves"),
    Kind.ASSUMED_SESSION_REVOKED: gettext_lazy("%(actor)s ended their own assumed session"),
    Kind.PERMISSION_TYPE_ASSIGNED: gettext_lazy("%(actor)s changed their own permission types"),
    Kind.USER_PROTECTION_CHANGED: gettext_lazy("%(actor)s changed the protection of their own account"),
    Kind.USER_CHANGED: gettext_lazy("%(actor)s changed their own account"),
    Kind.USER_PASSWORD_CHANGED: gettext_lazy("%(actor)s changed their password"),
    Kind.USER_SECOND_FACTOR_ADDED: gettext_lazy("%(actor)s set up a second factor"),
    Kind.USER_SECOND_FACTOR_REMOVED: gettext_lazy("%(actor)s removed a second factor"),
    Kind.USER_RECOVERY_CODES_MADE: gettext_lazy("%(actor)s made recovery codes"),
    Kind.USER_PASSWORD_LINK_SENT: gettext_lazy("%(actor)s had a link to a new password sent to themselves"),
    Kind.REGISTRATION_GIVEN: gettext_lazy("%(actor)s gave themselves a place at %(about)s"),
    Kind.REGISTRATION_WITHDRAWN: gettext_lazy("%(actor)s took back their own place at %(about)s"),
    Kind.RESULT_REOPENED: gettext_lazy("%(actor)s gave themselves another try at %(about)s"),
    Kind.DUE_DATE_EXTENDED: gettext_lazy("%(actor)s gave themselves more time for %(about)s"),
    Kind.REGISTRATION_TAKEN_OFF_LIST: gettext_lazy("%(actor)s took themselves off the waiting list of %(about)s"),
    Kind.AUDIT_ERASED: gettext_lazy("%(actor)s erased what the log said about them"),
}
# Sentences about what has no account.
NOBODY: dict[Kind, Any] = {
    Kind.SIGN_IN_FAILED: gettext_lazy("Somebody failed to sign in with an address that no account has"),
}


def of_people(kind: Kind, actor_id: int | None, target_id: int | None) -> Any:
    """Return the sentence that a kind has for an actor who is the target, or for no target; None if it has none."""
    if target_id is None:
        return NOBODY.get(kind)
    return OWN.get(kind) if actor_id == target_id else None
