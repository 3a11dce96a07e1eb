"""Kinds and outcomes of audit events."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Kinds of events: the stored name, which never changes, and the label on pages."""

    ASSUMED_SESSION_STARTED = "assumed_session.started", _("Logged in as user")
    ASSUMED_SESSION_REFUSED = "assumed_session.refused", _("Login as User refused")
    ASSUMED_SESSION_REQUEST = "assumed_session.request", _("Request on behalf")
    ASSUMED_SESSION_LOOKED = "assumed_session.looked", _("Looked at on behalf")
    ASSUMED_SESSION_BLOCKED = "assumed_session.blocked", _("Refused on behalf")
    ASSUMED_SESSION_CHANGED = "assumed_session.changed", _("Changed on behalf")
    ASSUMED_SESSION_OUTCOME = "assumed_session.outcome", _("Outcome of a request on behalf")
    ASSUMED_SESSION_MODE_CHANGED = "assumed_session.mode_changed", _("Mode changed")
    ASSUMED_SESSION_ENDED = "assumed_session.ended", _("Assumed session ended")
    ASSUMED_SESSION_REVOKED = "assumed_session.revoked", _("Ended somebody's assumed session")
    ASSUMED_SESSION_OBJECTED = "assumed_session.objected", _("Objected to an assumed session")
    ASSUMED_SESSION_OBJECTION_WITHDRAWN = "assumed_session.objection_withdrawn", _("Objection taken back")
    PERMISSION_TYPE_CREATED = "permission_type.created", _("Permission type created")
    PERMISSION_TYPE_CHANGED = "permission_type.changed", _("Permission type changed")
    PERMISSION_TYPE_DELETED = "permission_type.deleted", _("Permission type deleted")
    PERMISSION_TYPE_ASSIGNED = "permission_type.assigned", _("Permission types assigned")
    USER_PROTECTION_CHANGED = "user.protection_changed", _("Protection changed")
    SETTINGS_CHANGED = "organisation.settings_changed", _("Settings changed")
    ACCESS_CHECKED = "access.checked", _("Access checked")
    USER_CREATED = "user.created", _("Person created")
    USER_CHANGED = "user.changed", _("Person edited")
    USER_DEACTIVATED = "user.deactivated", _("Person deactivated")
    USER_REACTIVATED = "user.reactivated", _("Person reactivated")
    USER_INVITED = "user.invited", _("Person invited")
    USER_PASSWORD_CHANGED = "user.password_changed", _("Password changed")
    USER_PASSWORD_LINK_SENT = "user.password_link_sent", _("Link to a new password sent")
    USER_SIGN_IN_LOCK_LIFTED = "user.sign_in_lock_lifted", _("Sign-in lock lifted")
    USER_SECOND_FACTOR_ADDED = "user.second_factor_added", _("Second factor set up")
    USER_SECOND_FACTOR_REMOVED = "user.second_factor_removed", _("Second factor removed")
    USER_RECOVERY_CODES_MADE = "user.recovery_codes_made", _("Recovery codes made")
    USERS_BULK_CHANGED = "user.bulk_changed", _("Action for many people")
    USERS_IMPORTED = "user.imported", _("People imported")
    IMPORT_MAPPING_CHANGED = "user.import_mapping_changed", _("Columns of imports explained")
    USERS_EXPORTED = "user.exported", _("People exported")
    REGISTRATION_GIVEN = "registration.given", _("Place at an event given")
    REGISTRATION_WITHDRAWN = "registration.withdrawn", _("Place at an event taken back")
    RESULT_REOPENED = "result.reopened", _("Another try given")
    DUE_DATE_EXTENDED = "due_date.extended", _("Due date extended")
    REGISTRATION_MOVED_UP = "registration.moved_up", _("Place at an event given to the first who waited")
    REGISTRATION_TAKEN_OFF_LIST = "registration.taken_off_list", _("Taken off a waiting list")
    SIGN_IN_SUCCEEDED = "sign_in.succeeded", _("Signed in")
    SIGN_IN_FAILED = "sign_in.failed", _("Sign-in failed")
    SIGNED_OUT = "sign_in.signed_out", _("Signed out")
    MAIL_GIVEN_UP = "mail.given_up", _("Mail could not be delivered")
    ANSWER_REPLACED = "answer.replaced", _("Answer given on behalf replaced")
    CONTENT_CREATED = "content.created", _("Content created")
    CONTENT_CHANGED = "content.changed", _("Content changed")
    CONTENT_DELETED = "content.deleted", _("Content deleted")
    QUESTION_CHANGED = "question.changed", _("Question changed that people had answered")
    AUDIT_EXPORTED = "audit.exported", _("Audit log exported")
    AUDIT_VERIFIED = "audit.verified", _("Audit log verified")
    AUDIT_KEY_ROTATED = "audit.key_rotated", _("Audit key rotated")
    AUDIT_ERASED = "audit.erased", _("Personal data erased")


class Outcome(models.TextChoices):
    """Outcomes of events: the stored word, and the label on pages."""

    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")
