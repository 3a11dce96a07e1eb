"""
What a browser knows for ten minutes after the exit: whose account its user left, by numbers alone.

The sign-in page fills in the actor's email from it, and User Management says what was done in the account. The cookie
is signed; it holds no name and no address, and only the actor reads what was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.authentication import browser_cookies
from accounts.authorization.requests import Request
from accounts.models import User
from accounts.policy import holds
from audit.kinds import Kind
from audit.models import AuditEvent, Part

from .ended_cookie import KNOWN_FOR
from .ledger.words import change_line, texts
from .models import AssumedSession, Cause

COOKIE = SALT = "left_account"
CHANGES_NAMED = 3
READ_LOG = "audit.view_auditevent"


@dataclass(frozen=True, slots=True)
class Left:
    """An assumed session that its actor exited in this browser."""

    session: str
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What User Management says after the exit. timeline: its address, "" if the actor may not read the log."""

    target_id: int | None
    sentence: str
    timeline: str


def tell_browser(response: HttpResponseBase, session: AssumedSession, cause: Cause) -> HttpResponseBase:
    """Keep what was left in the browser if its user exited; after any other end the browser knows nothing."""
    if cause is not Cause.EXIT:
        browser_cookies.forget(response, COOKIE)
    else:
        left = {"session": str(session.pk), "actor_id": session.actor_id}
        browser_cookies.keep(response, COOKIE, signing.dumps(left, salt=SALT), max_age=KNOWN_FOR)
    return response


def left_in_this_browser(request: HttpRequest) -> Left | None:
    """Return what was exited in this browser within the last ten minutes."""
    try:
        return Left(**signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KNOWN_FOR))
    except (signing.BadSignature, TypeError):
        return None


def email_to_fill_in(request: HttpRequest) -> str:
    """Return the email of the actor who exited in this browser; "" if nobody did, or they can't sign in."""
    left = left_in_this_browser(request)
    if left is None:
        return ""
    return User.objects.filter(pk=left.actor_id, is_active=True).values_list("email", flat=True).first() or ""


def summary_of(request: Request) -> Summary | None:
    """Sum up the session that the signed-in user exited in this browser a moment ago; None if they did not."""
    left = left_in_this_browser(request)
    if left is None or request.assumed_session or request.user.pk != left.actor_id:
        return None
    ended = AssumedSession.objects.filter(actor=left.actor_id, ended_at__isnull=False).select_related("target")
    session = ended.filter(pk=UUID(left.session)).first()
    if session is None or session.target is None or session.ended_at is None:
        return None
    minutes = max(1, round((session.ended_at - session.started_at) / timedelta(minutes=1)))
    may_read = request.user.is_staff and holds(request.user, READ_LOG)
    timeline = reverse("admin:audit_auditevent_timeline", args=[session.pk]) if may_read else ""
    return Summary(session.target_id, sentence(session.target.name, minutes, changes_in(session)), timeline)


def changes_in(session: AssumedSession) -> list[str]:
    """Return the changes of an assumed session, each in a few words, in their order."""
    events = AuditEvent.objects.filter(assumed_session=session.pk, kind=Kind.ASSUMED_SESSION_CHANGED)
    details = texts(event__in=events.values("seq"), part=Part.DETAIL)
    numbers = events.order_by("seq").values_list("seq", flat=True)
    return [change_line(details.get((number, Part.DETAIL))) for number in numbers]


def sentence(name: str, minutes: int, changes: list[str]) -> str:
    """Return the sentence that sums up an assumed session."""
    given = {"name": name, "minutes": minutes, "count": len(changes)}
    if not changes:
        return _("You left %(name)s's account after %(minutes)d min. Nothing was changed.") % given
    named = "; ".join(dict.fromkeys(changes[:CHANGES_NAMED]))
    given["changes"] = named if len(changes) <= CHANGES_NAMED else f"{named}; …"
    said = ngettext(
        "You left %(name)s's account after %(minutes)d min. %(count)d change: %(changes)s.",
        "You left %(name)s's account after %(minutes)d min. %(count)d changes: %(changes)s.",
        len(changes),
    )
    return said % given
