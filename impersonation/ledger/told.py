"""What goes with assumed sessions: who was told of them, whether their target objects, their changes in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from audit.changes import ChangeTold
from audit.dates import date_format

from .words import change_line


def told(user: User, sessions: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return for each assumed session how the user was told of it, oldest notice first, in one query."""
    said: dict[UUID, list[str]] = defaultdict(list)
    # By its name, because the notices in turn take their words from the access history.
    notices = apps.get_model("impersonation", "Notice")._default_manager.filter(
        assumed_session__in=list(sessions), recipient=user.pk
    )
    columns = ("assumed_session_id", "sent_at", "given_up_at", "seen_at")
    for session, sent_at, given_up_at, seen_at in notices.order_by("pk").values_list(*columns):
        said[session] += [by_mail(sent_at, given_up_at), on_the_dashboard(seen_at)]
    return said


def by_mail(sent_at: datetime | None, given_up_at: datetime | None) -> str:
    if sent_at:
        return _("You were told by email on %(at)s.") % {"at": moment(sent_at)}
    if given_up_at:
        return _("The mail to you could not be delivered.")
    return _("A mail to you is waiting to be sent.")


def on_the_dashboard(seen_at: datetime | None) -> str:
    if seen_at:
        return _("Your dashboard said so until you had seen it, on %(at)s.") % {"at": moment(seen_at)}
    return _("Your dashboard says so until you have seen it.")


def moment(at: datetime) -> str:
    """Return a time as the pages of the access history write it, in the active time zone."""
    return date_format(timezone.localtime(at), "j M Y, H:i")


def objections_to(sessions: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Return whether the target objects to each session that still has a row: "none", "open" or "withdrawn"."""
    rows = apps.get_model("impersonation", "AssumedSession")._default_manager.filter(
        pk__in=[session for session in sessions if session]
    )
    return {
        row.pk: "open" if row.is_objected_to else "none" if row.objected_at is None else "withdrawn"
        for row in rows.only("objected_at", "objection_withdrawn_at")
    }


def changes_told(user: User, details: Iterable[Mapping[int, dict[str, Any] | None]]) -> dict[int, ChangeTold]:
    """Return recorded changes in words for the user, by the number of their event. details: None for an erased one."""
    every = {seq: detail for some in details for seq, detail in some.items()}
    said: dict[int, ChangeTold] = import_string(settings.CHANGES_TOLD)(user, every) if every else {}
    return {seq: said.get(seq) or ChangeTold(change_line(detail)) for seq, detail in every.items()}
