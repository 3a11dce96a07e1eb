"""What is stored of a company's first hour: one statement reads everything that the steps ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db.models import Exists, Q, QuerySet

from accounts.authorization.reach import listed
from accounts.models import (
    Brand,
    Department,
    DepartmentGroupPermission,
    HiddenFirstSteps,
    JobProfile,
    Mail,
    Organisation,
    PermissionType,
    User,
)
from accounts.models.second_factors import second_factors_of
from accounts.policy.rights import LOG_IN_ON_BEHALF

# Queries of what learners can see; the app of learning adds them, because it is above this one.
PUBLISHED: list[Callable[[], QuerySet]] = []


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database says now; no step is stored as done."""

    is_hidden: bool
    has_second_factor: bool
    has_sent_mail: bool
    has_departments: bool
    has_job_profiles: bool
    has_people: bool
    has_permission_types: bool
    has_helper: bool
    has_saved_settings: bool
    has_name: bool
    has_content: bool
    has_learner: bool

    @classmethod
    def read(cls, reader: User) -> Facts:
        """Read the facts in one query."""
        others = User.objects.filter(is_active=True).exclude(pk=reader.pk)
        asked = {
            "is_hidden": HiddenFirstSteps.objects.filter(user=reader.pk),
            "has_second_factor": second_factors_of(reader.pk),
            "has_sent_mail": Mail.objects.filter(sent_at__isnull=False),
            "has_departments": Department.objects.all(),
            "has_job_profiles": JobProfile.objects.all(),
            "has_people": others,
            "has_permission_types": PermissionType.objects.all(),
            "has_helper": others.filter(may_log_in_as_somebody()),
            "has_saved_settings": Organisation.objects.all(),
            "has_name": Brand.objects.exclude(name=""),
            "has_learner": signed_in(others),
        }
        content = {f"content_{number}": query() for number, query in enumerate(PUBLISHED)}
        found = User.objects.filter(pk=reader.pk).values(
            **{name: Exists(query) for name, query in (asked | content).items()}
        )[0]
        published = [found.pop(name) for name in content]
        # Mails are kept for a while only. Who isn't an owner got the first password by a link in a mail.
        found["has_sent_mail"] |= found["has_learner"]
        return cls(**found, has_content=any(published))


def signed_in(people: QuerySet) -> QuerySet:
    """Filter users who have signed in; owners don't count, because a command gives them their password."""
    return people.filter(last_login__isnull=False, is_superuser=False)


def may_log_in_as_somebody() -> Q:
    """Return the users who hold a right of Login as User, in the company or in a department, and superusers."""
    names = [right.codename for right in LOG_IN_ON_BEHALF]
    given = {"permission__codename__in": names, "permission__content_type__app_label": "accounts"}
    company_wide = Group.permissions.through.objects.filter(**given).values("group")
    scoped = DepartmentGroupPermission.objects.filter(**given).values("group")
    members = User.groups.through.objects
    return listed(
        User.objects.filter(is_superuser=True).order_by().values("pk"),
        members.filter(group__in=company_wide).values("user"),
        members.filter(group__in=scoped).values("user"),
        User.user_permissions.through.objects.filter(**given).values("user"),
    )
