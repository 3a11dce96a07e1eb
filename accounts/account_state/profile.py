"""What is missing in the profile of a user, and keeps content from them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from .buttons import Buttons
from .facts import Facts
from .remark import Remark


def remarks(facts: Facts, buttons: Buttons) -> Iterator[Remark]:
    """Yield what is missing: a department, a job profile, a language or time zone that the platform knows."""
    user = facts.user
    edit = tuple(buttons.edit())
    if user.department_id is None:
        sentence = _("No department: nothing that is meant for a department is shown.")
        yield Remark("no_department", sentence, None, edit)
    if user.job_profile_id is None:
        sentence = _("No job profile: nothing that is meant for a job profile is shown.")
        yield Remark("no_job_profile", sentence, None, edit)
    unknown = user.unknown_preferences
    if "language" in unknown:
        sentence = _("The language “%(value)s” is not offered any more: pages are in the platform's language.")
        yield Remark("unknown_language", sentence % {"value": user.language}, None, edit)
    if "time_zone" in unknown:
        sentence = _("The time zone “%(value)s” is unknown: times are in the platform's time zone.")
        yield Remark("unknown_time_zone", sentence % {"value": user.time_zone}, None, edit)
