"""Template context about assumed sessions, in addition to the request."""

from typing import Any

from django.utils.functional import SimpleLazyObject
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.authorization.login_as import logs_in_as_somebody

from .back_to_ticket import offered_to
from .ended_cookie import ended_in_this_browser
from .latest_targets import latest_targets_of
from .left_account import summary_of
from .models import Cause
from .notices import unseen
from .objections.live import live_sessions
from .replaced_keys import SIGNED_IN, STARTED

LATEST_SHOWN = 5  # people
NOTHING_SAVED = _("What had not been sent before was not saved.")
REPLACED = {
    STARTED: _(
        "You started an assumed session, but the answer did not reach this browser. It is still open; signing in "
        "again ends it."
    ),
    SIGNED_IN: _(
        "What you did last was done, such as setting a new password, but the answer did not reach this browser."
    ),
}


def sign_in_notice(request):
    """
    Return the sentence for `?ended=…` or `?replaced=…`: why the user must sign in again.

    Only the browser of that session is told, because anybody can put the parameter into a link.
    """
    word = request.GET.get("ended") or request.GET.get("replaced")
    if not word or word != ended_in_this_browser(request):
        return {"sign_in_notice": ""}
    if word not in Cause.values:
        return {"sign_in_notice": REPLACED.get(word, "")}
    cause = Cause(word)
    if cause in (Cause.EXIT, Cause.SIGNED_OUT):
        return {"sign_in_notice": cause.label}
    return {"sign_in_notice": format_lazy("{} {}", cause.label, NOTHING_SAVED)}


def unseen_sessions(request):
    """Return the notices that the dashboard shows, and live sessions; lazy, so that other pages pay no query."""
    live: Any = SimpleLazyObject(lambda: live_sessions(request))
    return {
        "unseen_sessions": SimpleLazyObject(lambda: unseen(request, {one.session.pk for one in live})),
        "live_sessions": live,
    }


def ticket(request):
    """Return what pages say after the end of a session in this browser; lazy, as few pages show it."""
    return {
        "back_to_ticket": SimpleLazyObject(lambda: offered_to(request)),
        "left_account": SimpleLazyObject(lambda: summary_of(request)),
    }


def latest_people(request):
    """Return the people whose accounts the actor opened last, for holders of the right; lazy, as few pages show it."""
    return {"latest_people": SimpleLazyObject(lambda: latest_targets(request))}


def latest_targets(request):
    if request.assumed_session or not logs_in_as_somebody(request.user):
        return []
    return latest_targets_of(request.user)[:LATEST_SHOWN]
