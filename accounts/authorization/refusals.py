"""Why a change of users, rights or settings is refused: every reason once, with the sentence that people read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.policy import Refusal


class ChangeRefusal(models.TextChoices):
    """Why an actor may not change something. The reasons about two people are those of `accounts.policy.Refusal`."""

    # Users
    NO_RIGHT_TO_CREATE = "no_right_to_create", _("You don't hold the right to create people.")
    NO_RIGHT_TO_EDIT = "no_right_to_edit", _("You don't hold the right to edit this person.")
    NO_RIGHT_TO_CHANGE_STATUS = (
        "no_right_to_change_status",
        _("You don't hold the right to deactivate or reactivate this person."),
    )
    DEPARTMENT_MISSING = "department_missing", _("Choose a department: yours don't include people without one.")
    DEPARTMENT_OUT_OF_SCOPE = "department_out_of_scope", _("This department is outside yours.")
    USER_GONE = "user_gone", _("This account no longer exists.")
    NOTHING_TO_CHANGE = "nothing_to_change", _("Already so: nothing would change.")
    RUN_GONE = "run_gone", _("This action is no longer here.")
    # Invitations and remedies
    NO_RIGHT_TO_INVITE = "no_right_to_invite", _("You don't hold the right to invite this person.")
    INVITED_MEANWHILE = "invited_meanwhile", _("Somebody has just invited this person.")
    SIGNED_IN_ALREADY = "signed_in_already", _("This person has signed in already.")
    NO_SECOND_FACTOR = "no_second_factor", _("This person has no second factor.")
    # Import
    NO_RIGHT_TO_IMPORT = (
        "no_right_to_import",
        _("An import can reach everybody, so it takes the right to import people for the whole company."),
    )
    IMPORT_CHANGED_NOTHING = "import_changed_nothing", _("This import stopped and changed nothing.")
    IMPORT_TOO_OLD = (
        "import_too_old",
        _("This import is too old to undo: what it changed of people is no longer kept."),
    )
    # Rights of users
    NO_RIGHT_TO_ASSIGN = (
        "no_right_to_assign",
        _("You don't hold the right to assign permission types to this person."),
    )
    TYPE_HOLDS_MORE = (
        "type_holds_more",
        _("A permission type with rights that you don't hold yourself can't be given or taken by you."),
    )
    TYPE_OPENS_ADMIN_SITE = (
        "type_opens_admin_site",
        _("This permission type opens the administration site, which is closed to you."),
    )
    TYPE_OUT_OF_SCOPE = (
        "type_out_of_scope",
        _("This permission type reaches further than your right to edit permission types."),
    )
    NO_RIGHT_TO_PROTECT = "no_right_to_protect", _("You don't hold the right to protect this account.")
    # Permission types
    NO_RIGHT_TO_EDIT_TYPES = "no_right_to_edit_types", _("You don't hold the right to edit permission types.")
    TYPE_IS_OWN = "type_is_own", _("You hold this permission type yourself: somebody else has to change it.")
    HOLDER_OUT_OF_SCOPE = (
        "holder_out_of_scope",
        _("Somebody outside your departments holds this permission type."),
    )
    HOLDER_HOLDS_MORE = "holder_holds_more", _("Somebody who holds more than you holds this permission type.")
    RIGHTS_OUT_OF_SCOPE = "rights_out_of_scope", _("This reaches further than your right to edit permission types.")
    TYPE_CHANGED = "type_changed", _("This permission type was changed meanwhile. Please look at it again.")
    TYPE_IS_HELD = (
        "type_is_held",
        ngettext_lazy(
            "%(count)s person holds this permission type. Take it from them first.",
            "%(count)s people hold this permission type. Take it from them first.",
            "count",
        ),
    )
    TYPE_GONE = "type_gone", _("This permission type no longer exists.")
    # Departments and job profiles
    NO_RIGHT_TO_EDIT_DEPARTMENTS = "no_right_to_edit_departments", _("You don't hold the right to edit departments.")
    NO_RIGHT_TO_EDIT_PROFILES = (
        "no_right_to_edit_profiles",
        _("You don't hold the right to edit the company's job profiles."),
    )
    TOP_LEVEL_OUT_OF_SCOPE = (
        "top_level_out_of_scope",
        _("The top of the tree needs the right to edit departments in the whole company."),
    )
    DEPARTMENT_GONE = "department_gone", _("This department no longer exists. Look at the tree as it is now.")
    PROFILE_GONE = "profile_gone", _("This job profile no longer exists. Look at the list as it is now.")
    NAME_TAKEN_HERE = (
        "name_taken_here",
        _("There is a department of this name at this place already. Choose another name, or merge the two."),
    )
    PROFILE_NAME_TAKEN = (
        "profile_name_taken",
        _("There is a job profile of this name already. Choose another name, or merge the two."),
    )
    TREE_TOO_DEEP = (
        "tree_too_deep",
        _("The tree would be deeper than %(limit)s departments. Choose a place further up."),
    )
    LIES_WITHIN = (
        "lies_within",
        _("This place is the department itself, or lies within it. Choose a place outside it."),
    )
    IS_THERE_ALREADY = "is_there_already", _("The department is at this place already. Choose another place.")
    SAME_PROFILE = "same_profile", _("This is the job profile itself. Choose another one.")
    MOVES_RIGHTS = (
        "moves_rights",
        _("This gives or takes rights over people that you don't hold yourself. Ask somebody who holds them."),
    )
    SOMEBODY_ABOVE = (
        "somebody_above",
        _(
            "This changes who holds rights over people, and somebody among them holds more than you. "
            "Ask somebody who holds as much."
        ),
    )
    ORGANISATION_CHANGED = (
        "organisation_changed",
        _("Nothing was changed, because something is different from what you saw. Please look at it again."),
    )
    STILL_HAS_PEOPLE = (
        "still_has_people",
        ngettext_lazy(
            "%(count)s person still belongs here. Move them in User Management, or merge it into another one.",
            "%(count)s people still belong here. Move them in User Management, or merge it into another one.",
            "count",
        ),
    )
    STILL_HAS_DEPARTMENTS = (
        "still_has_departments",
        ngettext_lazy(
            "%(count)s department lies below this one. Move or delete it first.",
            "%(count)s departments lie below this one. Move or delete them first.",
            "count",
        ),
    )
    STILL_IN_AUDIENCES = (
        "still_in_audiences",
        ngettext_lazy(
            "%(count)s learning item names it in its audience. Change that first, or merge it into another one.",
            "%(count)s learning items name it in their audience. Change these first, or merge it into another one.",
            "count",
        ),
    )
    STILL_IN_SCOPES = (
        "still_in_scopes",
        ngettext_lazy(
            "%(count)s permission type reaches this department. Change it in Permission setup first, or merge the "
            "department into another one.",
            "%(count)s permission types reach this department. Change them in Permission setup first, or merge the "
            "department into another one.",
            "count",
        ),
    )
    # Settings
    SETTINGS_CHANGED = "settings_changed", _("Somebody else changed the settings meanwhile. Look at them, then save.")
    NO_RIGHT_TO_EDIT_SETTINGS = "no_right_to_edit_settings", _("You don't hold the right to edit settings.")
    TOO_MANY_TEST_MAILS = (
        "too_many_test_mails",
        _("You have asked for many test mails within an hour. Wait for them, or try again later."),
    )
    USUAL_TYPES_EXIST = (
        "usual_types_exist",
        _("The usual permission types exist already."),
    )


AnyRefusal = Refusal | ChangeRefusal
