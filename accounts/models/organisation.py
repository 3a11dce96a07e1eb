"""The organisation: departments, job profiles, permission types, and the company's settings."""

from typing import Any

from django.contrib.auth.models import Group
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Length, Substr
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from accounts.policy.rights import Right
from accounts.visible_text import NameField

from .history import Row, Tracked, TrackedQuerySet, as_text
from .tickets import validate_ticket_address, validate_ticket_pattern

no_nul = ProhibitNullCharactersValidator()


class DepartmentQuerySet(TrackedQuerySet, MP_NodeQuerySet):
    """Departments. treebeard moves them by `update`, so the history has each move, whatever asks for it."""


class DepartmentManager(MP_NodeManager.from_queryset(DepartmentQuerySet)):  # type: ignore[misc] # made at run time
    def get_queryset(self):
        return DepartmentQuerySet(self.model, using=self._db).order_by("path")


class Department(Tracked, MP_Node):
    """
    A node of the department tree: "at or below" is a prefix comparison of paths.

    Its history has the name and the department above it, by id: that says the same as its path, in one row for a whole
    branch that moves, and paths are used again.
    """

    tracked = ("name", "path")
    tracks_creation = False  # nobody was in it before

    name = NameField(_("name"), max_length=100, validators=[no_nul])

    objects = DepartmentManager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        default_permissions = ()
        # Every right is declared here, because guardian scopes a right only to the model that declares it.
        permissions = [(right.codename, right.label) for right in Right]
        indexes = [models.Index(fields=["name", "path"], name="department_by_name")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("department_detail", args=[self.pk])

    @classmethod
    def history_rows(cls, rows):
        """Return the name of each department, and the id of the one above it."""
        end = Length(OuterRef("path")) - cls.steplen
        above = cls._base_manager.filter(path=Substr(OuterRef("path"), 1, end)).order_by().values("pk")[:1]
        named = rows.order_by().annotate(above=Subquery(above)).values_list("pk", "name", "above")
        return {pk: Row(pk, {"name": name, "parent": as_text(parent)}) for pk, name, parent in named}


class DepartmentGroupPermission(GroupObjectPermissionBase):
    """A right of a permission type, scoped to a department and everything below it."""

    content_object = models.ForeignKey(Department, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        default_permissions = ()


class PermissionType(Group):
    """A named set of rights, company-wide or scoped to departments."""

    class Meta:
        proxy = True
        verbose_name = _("permission type")
        verbose_name_plural = _("permission types")
        default_permissions = ()


class JobProfile(models.Model):
    """A user's job; the audience of learning content can name it."""

    name = NameField(_("name"), max_length=100, unique=True, validators=[no_nul])

    class Meta:
        verbose_name = _("job profile")
        verbose_name_plural = _("job profiles")
        ordering = ["name"]
        default_permissions = ()

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("job_profile_detail", args=[self.pk])


class NoticeChoice(models.TextChoices):
    """When users are told that somebody logged in as them."""

    START = "start", _("When the assumed session starts")
    END = "end", _("When it has ended")
    NONE = "none", _("Never")


class ModeChoice(models.TextChoices):
    """The mode that the form of Login as User preselects where the actor may use both."""

    LOOK_ONLY = "look_only", _("Look only")
    ACT = "act", _("Act")


# The columns of the rules of Login as User, in the order in which `StoredRules` reads them.
COMPANY_RULES = (
    "login_as_enabled", "notice", "names_staff", "idle_minutes", "max_minutes", "starts_per_hour", "step_up_minutes",
    "default_mode", "ticket_required", "ticket_pattern", "ticket_address",
)  # fmt: skip


class Organisation(models.Model):
    """
    The company's settings: a single row, or the defaults if the row is missing.

    The ceilings of the environment apply to its numbers (`LoginAsRules`).
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    login_as_enabled = models.BooleanField(
        _("Login as User is switched on"),
        default=True,
        help_text=_("Switched off, nobody can log in as anybody, and assumed sessions end at their next request."),
    )
    notice = models.CharField(
        _("Tell people that somebody logged in as them"),
        max_length=10, choices=NoticeChoice.choices, default=NoticeChoice.START, db_default=NoticeChoice.START,
    )  # fmt: skip
    names_staff = models.BooleanField(
        _("Tell people who it was"),
        default=True,
        db_default=True,
        help_text=_("Otherwise they read “a member of support”. The audit log has the name always."),
    )
    idle_minutes = models.PositiveSmallIntegerField(
        _("Minutes without a request until an assumed session ends"), default=15, db_default=15
    )
    max_minutes = models.PositiveSmallIntegerField(
        _("Minutes until an assumed session ends, whatever happens"), default=60, db_default=60
    )
    starts_per_hour = models.PositiveSmallIntegerField(
        _("Assumed sessions that one person may start within an hour"), default=20, db_default=20
    )
    step_up_minutes = models.PositiveSmallIntegerField(
        _("Minutes after which somebody must sign in again to start one, or to change other people"),
        default=10,
        db_default=10,
    )
    default_mode = models.CharField(
        _("Mode that is preselected where both are allowed"),
        max_length=10, choices=ModeChoice.choices, default=ModeChoice.LOOK_ONLY, db_default=ModeChoice.LOOK_ONLY,
    )  # fmt: skip
    ticket_required = models.BooleanField(_("Each assumed session needs a ticket"), default=False, db_default=False)
    ticket_pattern = models.CharField(
        _("Pattern of tickets"), max_length=100, blank=True, default="", db_default="",
        validators=[no_nul, validate_ticket_pattern],
        help_text=_(
            "Such as [A-Z]+-\\d+ for SUP-7: letters, digits, \\d for any digit, sets such as [A-Z], and repeats such "
            "as + or {3,5}. Leave it empty to accept every ticket."
        ),
    )  # fmt: skip
    ticket_address = models.CharField(
        _("Address of a ticket"), max_length=300, blank=True, default="", db_default="",
        validators=[no_nul, validate_ticket_address],
        help_text=_("Such as https://tickets.example/browse/{ticket}. Leave it empty to show tickets without a link."),
    )  # fmt: skip

    class Meta:
        verbose_name = verbose_name_plural = _("organisation")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="organisation_is_one"),
            models.CheckConstraint(condition=Q(notice__in=NoticeChoice.values), name="organisation_notice_is_known"),
            models.CheckConstraint(
                condition=Q(default_mode__in=ModeChoice.values), name="organisation_default_mode_is_known"
            ),
            models.CheckConstraint(
                condition=Q(idle_minutes__gte=1, max_minutes__gte=1, starts_per_hour__gte=1, step_up_minutes__gte=1),
                name="organisation_limits_are_at_least_one",
            ),
        ]

    def __str__(self):
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "Organisation":
        """Return the current settings."""
        return cls.objects.first() or cls()

    def stored_rules(self) -> dict[str, Any]:
        """Return the company's rules by column, without the ceilings of the environment."""
        return {name: getattr(self, name) for name in COMPANY_RULES}
