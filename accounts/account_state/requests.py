"""What the browser of a user was last refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import LastRefusal
from accounts.models.preferences import moment

from .facts import Facts
from .remark import Remark

TOLD_FOR = timedelta(days=30)
LEADS_FOR = timedelta(days=1)
Kind = LastRefusal.Kind
SENTENCES = {
    Kind.FORBIDDEN: gettext_lazy("On %(at)s the person opened a page that is closed to them (%(page)s)."),
    Kind.OUT_OF_DATE: gettext_lazy(
        "On %(at)s a form was refused, because its page was out of date or the browser keeps no cookies "
        "(%(page)s). Loading the page again helps."
    ),
    Kind.NO_PAGE: gettext_lazy("On %(at)s the person followed a link to a page that they can't open (%(page)s)."),
    Kind.NO_FILE: gettext_lazy("On %(at)s the person asked for a file that they can't open (%(page)s)."),
    Kind.TOO_LARGE: gettext_lazy("On %(at)s the person sent something that was too large (%(page)s)."),
    Kind.FORM_ERRORS: gettext_lazy("On %(at)s a form came back with errors to correct (%(page)s)."),
    Kind.TOO_MANY: gettext_lazy("On %(at)s the person was told to wait after too many attempts (%(page)s)."),
    Kind.FAILED: gettext_lazy("On %(at)s the platform failed with error %(status)s (%(page)s)."),
}
LEADING = (Kind.OUT_OF_DATE, Kind.TOO_LARGE, Kind.FAILED)


def remarks(facts: Facts) -> Iterator[Remark]:
    """Yield when the browser was last here, and what was last refused, if that is not long ago."""
    if facts.last_seen is not None and facts.last_seen != facts.user.last_login:
        said = _("The person's browser was last here on %(at)s, give or take ten minutes.")
        yield Remark("last_request", said % {"at": moment(facts.last_seen)}, facts.last_seen)
    kept = facts.refusal
    if kept is None or kept.kind not in SENTENCES or facts.now - kept.at > TOLD_FOR:
        return
    page = kept.path or _("a page of their own account")
    sentence = SENTENCES[Kind(kept.kind)] % {"at": moment(kept.at), "page": page, "status": kept.status}
    is_recent = facts.now - kept.at <= LEADS_FOR
    yield Remark("last_refusal", sentence, kept.at, leading=is_recent and kept.kind in LEADING)
