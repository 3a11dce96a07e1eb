"""The company: its departments and job profiles, the permission types that users hold, and its own settings."""

from django.contrib.auth.models import Group
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.db.models import Exists, Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase
from treebeard.mp_tree import MP_Node

from accounts.policy.rights import Right
from accounts.visible_text import NameField

no_nul = ProhibitNullCharactersValidator()


class Department(MP_Node):
    """A node of the organisation's tree: "at or below" is one prefix comparison of paths."""

    name = NameField(_("name"), max_length=100, validators=[no_nul])

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        default_permissions = ()
        # Every right lives here, for guardian lets a right be scoped only to the model that declares it.
        permissions = [(right.codename, right.label) for right in Right]
        indexes = [models.Index(fields=["name", "path"], name="department_by_name")]

    def __str__(self):
        return self.name


class DepartmentGroupPermission(GroupObjectPermissionBase):
    """Scopes a right of a permission type to a department and everything below it."""

    content_object = models.ForeignKey(Department, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        default_permissions = ()


class PermissionType(Group):
    """A named set of rights; company-wide, or scoped to departments."""

    class Meta:
        proxy = True
        verbose_name = _("permission type")
        verbose_name_plural = _("permission types")
        default_permissions = ()


class JobProfile(models.Model):
    """What somebody works as; learning can be meant for it."""

    name = NameField(_("name"), max_length=100, unique=True, validators=[no_nul])

    class Meta:
        verbose_name = _("job profile")
        verbose_name_plural = _("job profiles")
        ordering = ["name"]
        default_permissions = ()

    def __str__(self):
        return self.name


class Organisation(models.Model):
    """The company's own settings: one row, and where it is missing, the defaults."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    login_as_enabled = models.BooleanField(
        _("Login as User is switched on"),
        default=True,
        help_text=_("Switched off, nobody can log in as anybody, and assumed sessions end at their next request."),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("organisation")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="organisation_is_one")]

    def __str__(self):
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "Organisation":
        """Today's settings."""
        return cls.objects.first() or cls()

    @classmethod
    def allows_login_as(cls) -> Combinable:
        """Whether the switch is on, as an expression: read in the statement that asks for more."""
        return ~Exists(cls.objects.filter(login_as_enabled=False))
