"""What the help says to auditors, owners and operators, and all pages in their order."""

from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.organisation.rules import edits_organisation
from accounts.permission_setup.actions import why_not_create_type
from accounts.policy.rights import Right
from accounts.user_import.confirm import why_not_import
from accounts.users.activity import reads_log

from .pages import Page, Topic
from .topics import CREATOR, LEARNER, MANAGER, SUPPORT


def audits(user) -> bool:
    return bool(reads_log(user) and user.is_staff)


def edits_types(user) -> bool:
    return why_not_create_type(user) is None


def edits_settings(user) -> bool:
    return policy.holds(user, Right.MANAGE_SETTINGS)


def owns(user) -> bool:
    return edits_types(user) or edits_settings(user)


AUDITOR = Page(
    "auditor",
    _("Auditing"),
    _("Read who was in whose account and why, and verify the log."),
    (
        Topic(
            "read",
            _("Read the audit log"),
            (
                _("Each event says who did what, about which person, and when."),
                _("Search for a name, a ticket or a reason. “actor:” and “target:” narrow it down."),
            ),
            "admin:audit_auditevent_changelist",
            _("Open the audit log"),
            audits,
        ),
        Topic(
            "session",
            _("Follow one session"),
            (
                _("Open an event of the session and choose its timeline."),
                _("It tells from start to end what was seen, changed and refused."),
            ),
            may=audits,
        ),
        Topic(
            "whole",
            _("Check that the log is whole"),
            (
                _("Events form a chain. A changed event breaks the chain after it."),
                _("The operator's command verify_audit checks all of it, and records the result."),
            ),
            may=audits,
        ),
        Topic(
            "export",
            _("Take events with you"),
            (
                _("Export the list as CSV to read it, or as JSON Lines to verify it."),
                _("Each export is recorded too."),
            ),
            may=lambda user: policy.holds(user, "audit.export_auditevent"),
        ),
    ),
    audits,
)

OWNER = Page(
    "owner",
    _("Owning the platform"),
    _("Decide who may do what, and how Login as User works in your company."),
    (
        Topic(
            "types",
            _("Decide who may do what"),
            (
                _("A permission type is a set of rights, for the company or for departments."),
                _("You can grant only rights that you hold."),
                _("A person's tab “Access” says who can log in as them, and by which permission type."),
            ),
            "permission_type_list",
            _("Open Permission setup"),
            edits_types,
        ),
        Topic(
            "rules",
            _("Set the rules of Login as User"),
            (
                _("Company settings set its limits, notices and tickets, and switch it off."),
                _("Changes count from everybody's next click on."),
            ),
            "organisation_settings",
            _("Open company settings"),
            edits_settings,
        ),
        Topic(
            "people",
            _("Bring people in"),
            (
                _("Import a list of your HR system. You see what would change before it does."),
                _("Imports can be undone."),
            ),
            "user_import",
            _("Import people"),
            lambda user: why_not_import(user) is None,
        ),
        Topic(
            "organisation",
            _("Build the organisation"),
            (
                _("Departments form a tree. Rights and audiences reach all that lies below."),
                _("Moving a department says first whose rights would change."),
            ),
            "organisation",
            _("Open the organisation"),
            edits_organisation,
        ),
        Topic(
            "policy-sheet",
            _("Tell people what is allowed"),
            (_("The policy sheet says who may log in as others, the limits, and what is recorded."),),
            "login_as_policy",
            _("Open the policy sheet"),
            owns,
        ),
    ),
    owns,
)

OPERATOR = Page(
    "operator",
    _("Running the platform"),
    _("What the people who run the server need. The guides in the folder docs explain each step."),
    (
        Topic(
            "settings",
            _("Check the settings"),
            (
                _("“manage.py check_config” says what is wrong with the settings, all at once."),
                _("The file .env.example explains each of them."),
            ),
            may=edits_settings,
        ),
        Topic(
            "backup",
            _("Back up and restore"),
            (
                _("“manage.py backup” makes one file and reads it back. Keys are kept elsewhere."),
                _("The guide guides/backup.md says how to restore it."),
            ),
            may=edits_settings,
        ),
        Topic(
            "verify",
            _("Verify the audit log"),
            (
                _("“manage.py verify_audit” checks the whole chain. Run it with a timer."),
                _("Keep anchors where the application can't rewrite them."),
            ),
            may=edits_settings,
        ),
        Topic(
            "watch",
            _("Watch it run"),
            (
                _("“/healthz” and “/readyz” answer whether it lives and is ready."),
                _("The guide guides/monitoring.md lists metrics, alerts and log lines."),
            ),
            may=edits_settings,
        ),
    ),
    edits_settings,
)

PAGES = (LEARNER, SUPPORT, MANAGER, CREATOR, AUDITOR, OWNER, OPERATOR)
