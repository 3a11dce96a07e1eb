"""
Verification that an auditor starts on a page: bounded, one at a time, and recorded as the nightly one is.

Everybody who may read the log may verify it: the result concerns what they read, and changes nothing but the log, which
says who asked. A long log is left to the timer, because nobody waits for hours, and a server has other work.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit import clock
from audit.dates import date_format
from audit.models import AuditEvent, AuditSeal
from audit.numbers import grouped

from .anchor_file import UnreadableAnchors, lines_of
from .checker import AFTER_VERIFICATION, record_verification, verifying

Steps = Generator[tuple[int, int], None, None]
# Number of events that a page verifies, and how many a second (docs/guides/capacity.md; less here, to be honest).
AT_MOST, A_SECOND = 200_000, 10_000
# One verification at a time. A server that is killed leaves the mark behind until it expires.
MARK, MARKED_FOR = "audit-verification", timedelta(minutes=5)


def events_to_verify(seal: AuditSeal | None, newest: int | None = None) -> int:
    """
    Return the number of events that a verification reads: numbers have no gaps.

    seal: the newest one. newest: the number of the newest event, if the caller knows it.
    """
    if newest is None:
        newest = AuditEvent.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    return newest - (seal.through_seq if seal else 0)


def why_not_now(count: int) -> str:
    """Return why no page verifies a log of `count` events, as a sentence; "" if one does."""
    if count <= AT_MOST:
        return ""
    minutes = -(-count // (A_SECOND * 60))
    sentence = ngettext(
        "The log has %(count)s events. Verifying takes about %(minutes)s minute, too long for a page. The timer "
        "verifies it every "
        "night.",
        "The log has %(count)s events. Verifying takes about %(minutes)s minutes, too long for a page. The timer "
        "verifies it every night.",
        minutes,
    )
    return sentence % {"count": grouped(count), "minutes": minutes}


def in_words(verification: dict[str, Any]) -> str:
    """Return when the newest verification was and how large the log was, if it was clean."""
    count, now = verification.get("events") or 0, clock.now()
    if now - verification["at"] < timedelta(minutes=1):
        said = ngettext("Verified just now: %(n)s event, clean.", "Verified just now: %(n)s events, clean.", count)
    else:
        said = ngettext(
            "Verified on %(at)s: %(n)s event, clean.",
            "Verified on %(at)s: %(n)s events, clean.",
            count,
        )
    return said % {"n": grouped(count), "at": date_format(timezone.localtime(verification["at"]), "DATETIME_FORMAT")}


def begin() -> Steps | None:
    """
    Return the steps of a verification, as (events read, events in all); None if one is under way already.

    Raise UnreadableAnchors if this server can't read its anchors: without them, "clean" would say too much.
    """
    with lines_of(settings.AUDIT_ANCHOR_FILE):
        pass
    if not cache.add(MARK, True, MARKED_FOR.total_seconds()):
        return None
    return steps()


def steps() -> Steps:
    """Verify the log, and record the result; the mark goes with the end, however that comes."""
    with ExitStack() as stack:
        stack.callback(cache.delete, MARK)
        lines = stack.enter_context(lines_of(settings.AUDIT_ANCHOR_FILE))
        report = yield from verifying(lines)
        record_verification(report)
        # Monitoring hears of what is wrong. A clean one is not the timer's: it must not hide that the timer stands.
        for tell in AFTER_VERIFICATION if report.exit_code else ():
            tell(report)


def under_way() -> str:
    return _("Somebody is verifying the log already. Open this page again in a moment to see the result.")


__all__ = ["UnreadableAnchors", "begin", "events_to_verify", "under_way", "why_not_now"]
