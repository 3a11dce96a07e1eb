"""Filters of the lists of items: departments as a tree, and job profiles, as far as an audience names them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, JobProfile
from accounts.users.fields import indented
from learning.visibility.audience import related


class DepartmentFilter(admin.SimpleListFilter):
    """
    Items whose audience names a department, or one below it.

    Only departments of audiences are offered, with those above them, because a company has thousands of others.
    """

    title = _("department of the audience")
    parameter_name = "department"

    def lookups(self, request, model_admin):
        named = related(model_admin.model, "audience").filter(department__path__startswith=OuterRef("path"))
        found = Department.objects.filter(Exists(named)).order_by("path").values_list("pk", "name", "depth")
        return [(str(pk), indented(name, depth)) for pk, name, depth in found]

    def queryset(self, request, queryset):
        if not is_key(self.value()):
            return queryset
        at_or_below = Department.objects.filter(pk=self.value()).values("path")[:1]
        named = related(queryset.model, "audience").filter(item=OuterRef("pk"))
        return queryset.filter(Exists(named.filter(department__path__startswith=at_or_below)))


class JobProfileFilter(admin.SimpleListFilter):
    """Items whose audience names a job profile."""

    title = _("job profile of the audience")
    parameter_name = "job_profile"

    def lookups(self, request, model_admin):
        named = related(model_admin.model, "audience").order_by().values("job_profile")
        found = JobProfile.objects.filter(pk__in=named).order_by("name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in found]

    def queryset(self, request, queryset):
        if not is_key(self.value()):
            return queryset
        named = related(queryset.model, "audience").filter(item=OuterRef("pk"), job_profile=self.value())
        return queryset.filter(Exists(named))


def is_key(value: Any) -> bool:
    """Return whether the value of an address can be the key of a row."""
    return bool(value) and value.isdecimal() and len(value) < 19
