"""The organisation: departments, job profiles, permission types, and the company's settings."""

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
    """A node of the department tree: "at or below" is a prefix comparison of paths."""

    name = NameField(_("name"), max_length=100, validators=[no_nul])

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        default_permissions = ()
        # Every right is declared here, because guardian scopes a right only to the model that declares it.
        permissions = [(right.codename, right.label) for right in Right]
        indexes = [models.Index(fields=["name", "path"], name="department_by_name")]

    def __str__(self):
        return self.name


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


class Organisation(models.Model):
    """The company's settings: a single row, or the defaults if the row is missing."""

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
        """Return the current settings."""
        return cls.objects.first() or cls()

    @classmethod
    def allows_login_as(cls) -> Combinable:
        """Return an expression that is true if Login as User is switched on, for use in a larger query."""
        return ~Exists(cls.objects.filter(login_as_enabled=False))
