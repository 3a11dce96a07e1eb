"""Who is logged in as whom right now, as the administration shows it, and the one thing that can be done about it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import log
from audit.kinds import Kind
from audit.models import AuditText, Part
from audit.reading import visible

from . import actions
from .models import AssumedSession, Cause


class StateFilter(SimpleListFilter):
    """Live ones, unless the ended ones are asked for; one that has run into a limit is over, though nobody wrote it."""

    title, parameter_name = _("state"), "state"

    def lookups(self, request, model_admin):
        return [("ended", _("Ended"))]

    def choices(self, changelist):
        everything, *others = super().choices(changelist)
        return [everything | {"display": _("Live")}, *others]

    def queryset(self, request, queryset):
        now = timezone.now()
        if self.value() == "ended":
            return queryset.exclude(pk__in=AssumedSession.objects.going_on(now).values("pk"))
        return queryset.going_on(now)


class LiveList(ChangeList):
    """The list with the reason of each session, read from the audit log in one statement however many they are."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        reasons = reasons_of(session.pk for session in self.result_list)
        for session in self.result_list:
            session.reason = reasons.get(session.pk)


def reasons_of(assumed_sessions: Iterable[UUID]) -> dict[UUID | None, dict[str, Any]]:
    """Why each of these was started; an erased reason is missing."""
    texts = AuditText.objects.filter(
        part=Part.REASON,
        event__kind=Kind.ASSUMED_SESSION_STARTED,
        event__assumed_session__in=list(assumed_sessions),
    )
    return {session: visible(json.loads(text)) for session, text in texts.values_list("event__assumed_session", "text")}


def end_now(*, assumed_session: AssumedSession, ended_by: User) -> bool:
    """
    End somebody's assumed session, and put on record who did; False where it had ended before.

    The actor learns of it at the next request, which logs them out.
    """
    actor, target = (User.objects.filter(pk=pk).first() for pk in (assumed_session.actor_id, assumed_session.target_id))
    lapsed = assumed_session.lapse(timezone.now())
    with log.recording():
        ended = actions.end(assumed_session, lapsed or Cause.REVOKED, actor=actor, target=target)
        if not ended or lapsed:
            return False
        log.record(
            Kind.ASSUMED_SESSION_REVOKED,
            actor=ended_by.as_person(),
            target=actions.as_known(actor, assumed_session.actor_id),
            detail={"about": str(assumed_session.pk)},
        )
    return True
