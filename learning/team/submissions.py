"""When the users of one page began and submitted a module."""

from __future__ import annotations

from typing import Any

from django.db.models import Max

from learning.models import DueDateExtension, EarlierSubmission, Module, ModuleProgress, Status

from .states import DEADLINES


def with_progress(module: Module, users: dict[int, Any]) -> dict[int, Any]:
    """Return the users by id, each with their progress, its times and a near deadline in the module; three queries."""
    ids = list(users)
    rows = ModuleProgress.objects.filter(module=module.pk, user__in=ids).order_by()
    progress = {
        pk: (started, submitted) for pk, started, submitted in rows.values_list("user", "started_at", "submitted_at")
    }
    earlier = EarlierSubmission.objects.filter(module=module.pk, user__in=ids).order_by().values("user")
    before = dict(earlier.annotate(last=Max("submitted_at")).values_list("user", "last"))
    extended = dict(DueDateExtension.objects.filter(module=module.pk, user__in=ids).values_list("user", "due_at"))
    for pk, user in users.items():
        started, submitted = progress.get(pk, (None, None))
        user.status = Status(user.progress) if hasattr(user, "progress") else None
        user.deadline = Status(user.state) if getattr(user, "state", None) in DEADLINES else None
        user.module_started_at, user.module_submitted_at = started, submitted or before.get(pk)
        user.extended_to = extended.get(pk)
    return users
