"""Departments and job profiles named by a number in an address, and the departments above one."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts import policy
from accounts.models import Department, JobProfile, User
from accounts.policy.rights import Right

from .rules import why_not_edit_profiles


def get_department_or_404(actor: User, pk: int) -> Department:
    """Return the department if the actor may edit it. Raise Http404 if not, as if there were none."""
    within = policy.in_scope(actor, Right.MANAGE_DEPARTMENTS, "path")
    found: Department = get_object_or_404(Department.objects.filter(within), pk=pk)
    return found


def parent_of(department: Department) -> Department | None:
    path = department.path[: -Department.steplen]
    return Department.objects.filter(path=path).first() if path else None


def line_in_scope(actor: User, department: Department) -> list[Any]:
    """Return the departments above it, the root first; `is_open` says which the actor may edit."""
    ends = range(Department.steplen, len(department.path), Department.steplen)
    line: list[Any] = list(Department.objects.filter(path__in=[department.path[:end] for end in ends]).order_by("path"))
    for each in line:
        each.is_open = policy.holds(actor, Right.MANAGE_DEPARTMENTS, each)
    return line


def get_profile_or_404(actor: User, pk: int) -> JobProfile:
    """Return the job profile if the actor may edit it. Raise Http404 if not, as if there were none."""
    if why_not_edit_profiles(actor):
        raise Http404
    return get_object_or_404(JobProfile, pk=pk)
