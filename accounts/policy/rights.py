"""The rights of users, company-wide or for departments: one name for each right, used everywhere."""

from collections.abc import Iterable

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Right(models.TextChoices):
    """A right, named as Django names permissions: app label, dot, codename."""

    SEE_PEOPLE = "accounts.see_people", _("See people")
    CREATE_PEOPLE = "accounts.create_people", _("Create people")
    EDIT_PEOPLE = "accounts.edit_people", _("Edit people")
    DEACTIVATE_PEOPLE = "accounts.deactivate_people", _("Deactivate people")
    IMPORT_PEOPLE = "accounts.import_people", _("Import people")
    EXPORT_PEOPLE = "accounts.export_people", _("Export people")
    PROTECT_PEOPLE = "accounts.protect_people", _("Protect accounts")
    ACT_ON_BEHALF = "accounts.act_on_behalf", _("Log in on behalf: act")
    LOOK_ONLY_ON_BEHALF = "accounts.look_only_on_behalf", _("Log in on behalf: look only")
    CHECK_ACCESS = "accounts.check_access", _("Log in on behalf: check access")
    HELP_WITH_RESULTS = "accounts.help_with_results", _("Give another try and more time")
    SEE_PROGRESS = "accounts.see_progress", _("See progress")
    KNOW_DRAFTS = "accounts.know_drafts", _("Know that drafts exist")
    LOG_IN_AS_PROTECTED = "accounts.log_in_as_protected", _("Log in on behalf of protected accounts")
    WITH_SECOND_FACTOR = (
        "accounts.with_second_factor_on_behalf",
        _("Log in on behalf and administer: only with a second factor"),
    )
    BEGIN_BY_LOOKING = "accounts.begin_by_looking_on_behalf", _("Log in on behalf: always begin by looking")
    MANAGE_DEPARTMENTS = "accounts.manage_departments", _("Edit departments")
    MANAGE_JOB_PROFILES = "accounts.manage_job_profiles", _("Edit job profiles")
    MANAGE_PERMISSION_TYPES = "accounts.manage_permission_types", _("Edit and assign permission types")
    MANAGE_SETTINGS = "accounts.manage_settings", _("Edit settings")

    @property
    def codename(self) -> str:
        return self.value.partition(".")[2]

    @property
    def words(self) -> str | Promise:
        """What pages call the right. Its label is the name of Django's permission, which is stored."""
        return WORDS.get(self, self.label)


# Rights whose label doesn't say on its own what a holder may do.
WORDS: dict[str, Promise] = {
    Right.ACT_ON_BEHALF: _("Log in as people to act"),
    Right.LOOK_ONLY_ON_BEHALF: _("Log in as people to look only"),
    Right.CHECK_ACCESS: _("Check people's access"),
    Right.LOG_IN_AS_PROTECTED: _("Open protected accounts too"),
    Right.BEGIN_BY_LOOKING: _("Begin each session by looking"),
    Right.WITH_SECOND_FACTOR: _("Need a second factor to log in as people or administer"),
    Right.MANAGE_SETTINGS: _("Edit company settings"),
}


# Either right allows Login as User; which one is held decides what the assumed session allows.
LOG_IN_ON_BEHALF = frozenset({Right.ACT_ON_BEHALF, Right.LOOK_ONLY_ON_BEHALF})

# Restrictions, not privileges: one permission type is enough, and they are ignored when comparing two users' rights.
DUTIES = frozenset({Right.WITH_SECOND_FACTOR, Right.BEGIN_BY_LOOKING})


def opens_admin_site(rights: Iterable[str]) -> bool:
    """Return whether one of the rights is used on the admin site: all rights are, except those of `accounts`."""
    return any(not right.startswith("accounts.") for right in rights)
