"""Kinds of audit events in the access history: the filter that shows each kind, and its sentence for the user."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from audit.kinds import Kind


class Show(TextChoices):
    """The filters of the access history, with the labels of their links."""

    EVERYTHING = "", _("Everything")
    OTHERS = "others", _("Done by others")
    SESSIONS = "sessions", _("Assumed sessions")
    CHECKS = "checks", _("Access checks")
    CHANGES = "changes", _("Changes")
    EXPORTS = "exports", _("Exports")
    SIGN_INS = "sign_ins", _("Sign-ins")

    @property
    def kinds(self) -> list[Kind]:
        """Return the kinds of events that the filter shows."""
        return [kind for kind, (show, _sentence) in KINDS.items() if show == self or self in ANY_KIND]


ANY_KIND = (Show.EVERYTHING, Show.OTHERS)
EMPTY: dict[Show, Any] = {
    Show.EVERYTHING: _("Nobody but you has opened or changed your account."),
    Show.OTHERS: _("Nobody but you has opened or changed your account."),
    Show.SESSIONS: _("Nobody has opened your account."),
    Show.CHECKS: _("Nobody has asked what you can or can't see."),
    Show.CHANGES: _("Nothing about your account was changed."),
    Show.EXPORTS: _("No file with your row has left the platform."),
    Show.SIGN_INS: _("Nobody has signed in to your account, or tried to."),
}

# Events within an assumed session: the page tells them together with its start.
INSIDE = (
    Kind.ASSUMED_SESSION_REQUEST,
    Kind.ASSUMED_SESSION_LOOKED,
    Kind.ASSUMED_SESSION_BLOCKED,
    Kind.ASSUMED_SESSION_CHANGED,
    Kind.ASSUMED_SESSION_OUTCOME,
    Kind.ASSUMED_SESSION_ENDED,
)

# Every kind, because any event may name the user as its target.
KINDS: dict[Kind, tuple[Show, Any]] = {
    Kind.ASSUMED_SESSION_STARTED: (Show.SESSIONS, _("Opened your account")),
    Kind.ASSUMED_SESSION_REFUSED: (Show.SESSIONS, _("Tried to open your account, and was refused")),
    Kind.ASSUMED_SESSION_REQUEST: (Show.SESSIONS, _("Sent a form in your name")),
    Kind.ASSUMED_SESSION_LOOKED: (Show.SESSIONS, _("Looked at")),
    Kind.ASSUMED_SESSION_BLOCKED: (Show.SESSIONS, _("Was refused:")),
    Kind.ASSUMED_SESSION_CHANGED: (Show.SESSIONS, _("Changed in your name:")),
    Kind.ASSUMED_SESSION_OUTCOME: (Show.SESSIONS, _("Sent a form in your name, and got the answer")),
    Kind.ASSUMED_SESSION_ENDED: (Show.SESSIONS, _("The session in your account ended")),
    Kind.ASSUMED_SESSION_MODE_CHANGED: (Show.SESSIONS, _("Changed the mode while in your account:")),
    Kind.ASSUMED_SESSION_OBJECTED: (Show.SESSIONS, _("Reported a session that you had not asked for")),
    Kind.ASSUMED_SESSION_OBJECTION_WITHDRAWN: (Show.SESSIONS, _("Took back the report of a session")),
    Kind.ASSUMED_SESSION_REVOKED: (Show.SESSIONS, _("Ended an assumed session that you had started")),
    Kind.PERMISSION_TYPE_CREATED: (Show.CHANGES, _("Created a permission type for you")),
    Kind.PERMISSION_TYPE_CHANGED: (Show.CHANGES, _("Changed a permission type of yours")),
    Kind.PERMISSION_TYPE_DELETED: (Show.CHANGES, _("Deleted a permission type of yours")),
    Kind.PERMISSION_TYPE_ASSIGNED: (Show.CHANGES, _("Changed your permission types")),
    Kind.USER_PROTECTION_CHANGED: (Show.CHANGES, _("Changed the protection of your account")),
    Kind.SETTINGS_CHANGED: (Show.CHANGES, _("Changed settings that concern you")),
    Kind.DEPARTMENT_CREATED: (Show.CHANGES, _("Created a department for you")),
    Kind.DEPARTMENT_RENAMED: (Show.CHANGES, _("Renamed your department")),
    Kind.DEPARTMENT_MOVED: (Show.CHANGES, _("Moved your department")),
    Kind.DEPARTMENT_MERGED: (Show.CHANGES, _("Merged your department into another one")),
    Kind.DEPARTMENT_DELETED: (Show.CHANGES, _("Deleted a department of yours")),
    Kind.JOB_PROFILE_CREATED: (Show.CHANGES, _("Created a job profile for you")),
    Kind.JOB_PROFILE_RENAMED: (Show.CHANGES, _("Renamed your job profile")),
    Kind.JOB_PROFILE_MERGED: (Show.CHANGES, _("Merged your job profile into another one")),
    Kind.JOB_PROFILE_DELETED: (Show.CHANGES, _("Deleted a job profile of yours")),
    Kind.ACCESS_CHECKED: (Show.CHECKS, _("Asked what you can and can't see")),
    Kind.USER_CREATED: (Show.CHANGES, _("Created your account")),
    Kind.USER_CHANGED: (Show.CHANGES, _("Changed your account")),
    Kind.USER_DEACTIVATED: (Show.CHANGES, _("Deactivated your account")),
    Kind.USER_REACTIVATED: (Show.CHANGES, _("Reactivated your account")),
    Kind.USER_INVITED: (Show.CHANGES, _("Sent you an invitation")),
    Kind.USER_PASSWORD_CHANGED: (Show.CHANGES, _("Changed your password")),
    Kind.USER_PASSWORD_LINK_SENT: (
        Show.CHANGES,
        _("Had a link to a new password sent to your email address"),
    ),
    Kind.USER_SIGN_IN_LOCK_LIFTED: (Show.CHANGES, _("Lifted the sign-in lock of your account")),
    Kind.USER_SECOND_FACTOR_ADDED: (Show.CHANGES, _("Added a second factor")),
    Kind.USER_SECOND_FACTOR_REMOVED: (Show.CHANGES, _("Removed a second factor")),
    Kind.USER_RECOVERY_CODES_MADE: (Show.CHANGES, _("Made new recovery codes")),
    Kind.IMPORT_MAPPING_CHANGED: (Show.CHANGES, _("Explained the columns of a list of people")),
    Kind.USERS_BULK_CHANGED: (Show.CHANGES, _("Changed many people at once, you included")),
    Kind.USERS_IMPORTED: (Show.CHANGES, _("Imported people, you included")),
    Kind.USERS_EXPORTED: (Show.EXPORTS, _("Exported a list of people with your row")),
    Kind.REGISTRATION_GIVEN: (Show.CHANGES, _("Gave you a place at an event")),
    Kind.REGISTRATION_WITHDRAWN: (Show.CHANGES, _("Took back your place at an event")),
    Kind.RESULT_REOPENED: (Show.CHANGES, _("Gave you another try at a module")),
    Kind.DUE_DATE_EXTENDED: (Show.CHANGES, _("Changed the due date of a module for you")),
    Kind.REGISTRATION_MOVED_UP: (Show.CHANGES, _("Gave you a place at an event that you waited for")),
    Kind.REGISTRATION_TAKEN_OFF_LIST: (Show.CHANGES, _("Took you off the waiting list of an event")),
    Kind.REGISTRATION_UNDONE: (Show.CHANGES, _("Undid what was done in your name at an event")),
    Kind.SIGN_IN_SUCCEEDED: (Show.SIGN_INS, _("Signed in")),
    Kind.SIGN_IN_FAILED: (Show.SIGN_INS, _("Tried to sign in, without success")),
    Kind.SIGNED_OUT: (Show.SIGN_INS, _("Signed out")),
    Kind.MAIL_GIVEN_UP: (Show.CHANGES, _("Could not deliver a mail to you")),
    Kind.MAIL_TESTED: (Show.CHANGES, _("Had a test mail sent to you")),
    Kind.ANSWER_REPLACED: (Show.CHANGES, _("Replaced an answer that was given in your name")),
    Kind.CONTENT_CREATED: (Show.CHANGES, _("Created something to learn")),
    Kind.CONTENT_CHANGED: (Show.CHANGES, _("Changed something to learn")),
    Kind.CONTENT_DELETED: (Show.CHANGES, _("Deleted something to learn")),
    Kind.QUESTION_CHANGED: (Show.CHANGES, _("Changed a question that you had answered")),
    Kind.AUDIT_EXPORTED: (Show.EXPORTS, _("Exported the audit log, with the events about you")),
    Kind.AUDIT_VERIFIED: (Show.CHANGES, _("Verified the audit log")),
    Kind.AUDIT_KEY_ROTATED: (Show.CHANGES, _("Replaced the key of the audit log")),
    Kind.AUDIT_ERASED: (Show.CHANGES, _("Erased what the audit log said about you")),
    Kind.AUDIT_RESTORED: (Show.CHANGES, _("Declared that a backup was restored")),
    Kind.AUDIT_SEALED: (Show.CHANGES, _("Exported and removed old events")),
    Kind.AUDIT_TEXTS_REMOVED: (Show.CHANGES, _("Removed the texts of old events")),
}

# Why a request of an assumed session was refused, by the rule that its event names.
RULES = {
    "own_account": _("pages of your account itself, such as your password"),
    "administration": _("the administration of the platform"),
    "look_only": _("a change, although this time was for looking only"),
    "not_on_behalf": _("something that nobody can do in your name"),
}
OTHER_RULE = _("something that is closed while somebody is in your account")

# Kinds that need no sign-in. Any other event without an actor comes from a command.
BY_STRANGERS = (Kind.SIGN_IN_FAILED, Kind.USER_PASSWORD_LINK_SENT)
# The form of these kinds says that the user reads the reason.
WITH_REASON = (
    Kind.ASSUMED_SESSION_STARTED, Kind.ASSUMED_SESSION_MODE_CHANGED,
    Kind.REGISTRATION_GIVEN, Kind.REGISTRATION_WITHDRAWN, Kind.REGISTRATION_TAKEN_OFF_LIST,
    Kind.RESULT_REOPENED, Kind.DUE_DATE_EXTENDED,
)  # fmt: skip


def show_of(kind: str) -> Show:
    """Return the filter for a stored kind; a kind that a newer version has written is a change."""
    return KINDS[Kind(kind)][0] if kind in Kind.values else Show.CHANGES


def sentence_of(kind: str) -> str:
    """Return the sentence for a stored kind."""
    return str(KINDS[Kind(kind)][1] if kind in Kind.values else _("Did something that this version can't name"))
