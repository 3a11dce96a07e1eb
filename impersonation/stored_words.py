"""Words that the audit log stores about assumed sessions, as auditors read them in their language."""

from django.utils.translation import pgettext_lazy

STORED_WORDS = {
    # reasons and modes
    "content_not_visible": pgettext_lazy("in the audit log", "Content not visible"),
    "cannot_submit": pgettext_lazy("in the audit log", "Can't submit"),
    "event_problem": pgettext_lazy("in the audit log", "Event problem"),
    "permissions_check": pgettext_lazy("in the audit log", "Permissions check"),
    "other": pgettext_lazy("in the audit log", "Other"),
    "act": pgettext_lazy("in the audit log", "Act"),
    "look_only": pgettext_lazy("in the audit log", "Look only"),
    # causes of an end
    "exit": pgettext_lazy("in the audit log", "Exit"),
    "signed_out": pgettext_lazy("in the audit log", "Signed out"),
    "revoked": pgettext_lazy("in the audit log", "Revoked"),
    "ended_by_person": pgettext_lazy("in the audit log", "Ended by person"),
    "superseded": pgettext_lazy("in the audit log", "Superseded"),
    "signed_in_again": pgettext_lazy("in the audit log", "Signed in again"),
    "feature_off": pgettext_lazy("in the audit log", "Feature off"),
    "actor_deleted": pgettext_lazy("in the audit log", "Actor deleted"),
    "actor_deactivated": pgettext_lazy("in the audit log", "Actor deactivated"),
    "actor_password_changed": pgettext_lazy("in the audit log", "Actor password changed"),
    "right_lost": pgettext_lazy("in the audit log", "Right lost"),
    "target_deactivated": pgettext_lazy("in the audit log", "Account deactivated"),
    "target_deleted": pgettext_lazy("in the audit log", "Account deleted"),
    "target_protected": pgettext_lazy("in the audit log", "Account protected"),
    "target_gained_rights": pgettext_lazy("in the audit log", "Person gained rights"),
    "target_password_changed": pgettext_lazy("in the audit log", "Person's password changed"),
    "idle": pgettext_lazy("in the audit log", "Idle"),
    "time_limit": pgettext_lazy("in the audit log", "Time limit"),
    "browser_session_gone": pgettext_lazy("in the audit log", "Browser session gone"),
    # refusals
    "actor_inactive": pgettext_lazy("in the audit log", "Actor inactive"),
    "no_right": pgettext_lazy("in the audit log", "No right"),
    "self": pgettext_lazy("in the audit log", "Own account"),
    "out_of_scope": pgettext_lazy("in the audit log", "Out of scope"),
    "target_inactive": pgettext_lazy("in the audit log", "Account inactive"),
    "target_superuser": pgettext_lazy("in the audit log", "Owner account"),
    "target_holds_more": pgettext_lazy("in the audit log", "Has more rights"),
    "without_second_factor": pgettext_lazy("in the audit log", "Without second factor"),
    "look_first": pgettext_lazy("in the audit log", "Look first"),
    "too_many": pgettext_lazy("in the audit log", "Too many"),
    "on_mobile": pgettext_lazy("in the audit log", "On mobile"),
    "nested": pgettext_lazy("in the audit log", "Nested"),
}
