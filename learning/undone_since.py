"""What became of a place or a turn since an assumed session changed it, as far as the log says."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.dates import date_format
from audit.kinds import Kind

from .models.places_in_log import TURN, Change, Told, told_of_places

BY_THEM = {True: _("You took it again on %(day)s."), False: _("You gave it back on %(day)s.")}
BY_OTHERS = {True: _("Given to you again on %(day)s."), False: _("Taken back on %(day)s.")}
MOVED_UP = _("You moved up to a place on %(day)s.")
MOVES_UP = (Kind.REGISTRATION_MOVED_UP, Kind.REGISTRATION_GIVEN)


def undone_since(user: User, changes: Iterable[Change]) -> dict[int, str]:
    """Return what ended each change, by the number of its event, in one query; none of those that nothing ended."""
    changes = list(changes)
    if not changes:
        return {}
    ended: dict[int, str] = {}
    for told in told_of_places(user, after=min(change.seq for change in changes)):
        for change in changes:
            is_same = (change.kind, change.event) == (told.kind, told.event)
            if is_same and change.seq < told.seq and change.is_given != told.is_given:
                ended.setdefault(change.seq, sentence(told, user))
    return ended


def sentence(told: Told, user: User) -> str:
    """Return what happened, and on which day for the reader."""
    if told.about in MOVES_UP and told.kind == TURN:
        said = MOVED_UP
    else:
        said = (BY_THEM if told.actor == user.pk else BY_OTHERS)[told.is_given]
    return str(said) % {"day": date_format(timezone.localtime(told.at), "j F Y")}
