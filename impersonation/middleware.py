"""Stands the target in the actor's place for the whole request, and keeps every rule of an assumed session."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject

from accounts.authentication.views import way_back
from accounts.authorization.decorators import SAFE_METHODS
from accounts.authorization.requests import SessionEnded
from audit import clock, context

from . import actions, loader, replaced_keys
from .identity import Identity, Over, cause_unasked, identity
from .models import AssumedSession, Cause
from .readonly import refusing_writes
from .replaced_keys import to_sign_in

logger = logging.getLogger(__name__)
ACTIVITY_WRITTEN_EVERY = timedelta(minutes=1)


class AssumedSessionMiddleware:
    """
    Sets `request.user`, `request.actor` and `request.assumed_session`; comes directly after AuthenticationMiddleware.

    All three are lazy: a request that never asks who is there pays nothing. A session that may not go on is ended
    at once and the browser logged out, whatever the view said.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.user = SimpleLazyObject(lambda: identity(request).user)
        request.auser = partial(auser, request)
        request.actor = SimpleLazyObject(lambda: identity(request).actor)
        request.assumed_session = SimpleLazyObject(lambda: identity(request).assumed_session)
        with ExitStack() as request._view_guard:
            response = self.get_response(request)
            if response.streaming and request.__dict__.get("_identity") and request.assumed_session:
                response.streaming_content = list(response.streaming_content)
        who = request.__dict__.get("_identity")
        if who is not None and who.over is not None:
            return end_and_leave(request, who)
        if who is not None and who.assumed_session is not None and not is_stored(request, response):
            return leave_what_ended(request, who.assumed_session)
        return response

    def process_exception(self, request, exception):
        """Answer a request whose session ended while it ran; nothing of it was kept."""
        if isinstance(exception, SessionInterrupted):
            return replaced_keys.answer_interrupted(request, request.resolver_match.func)
        if not isinstance(exception, SessionEnded):
            return None
        logger.warning("The assumed session ended while this request ran", exc_info=exception)
        return leave_what_ended(request, request.assumed_session)

    def process_view(self, request, view, args, kwargs):
        safe, package = request.method in SAFE_METHODS, of_a_package(request, view)
        if safe and not package and not getattr(view, "login_required", True):
            return None  # a public page asks nobody who is there
        who = identity(request)
        if who.over is not None:
            return end_and_leave(request, who)
        if who.assumed_session is None:
            if who.user.is_authenticated:
                context.identify(actor=who.user.as_person())
            elif getattr(view, "login_required", True) or replaced_keys.is_sign_out(request):
                return replaced_keys.answer(request, view)
            return None
        session = who.assumed_session
        context.identify(actor=who.actor.as_person(), target=who.user.as_person(), assumed_session=session.pk)
        note_activity(session)
        if replaced_keys.is_sign_out(request):
            return exit_and_sign_in(request, Cause.SIGNED_OUT)
        if request.resolver_match.view_name == "account_login" and safe:
            return redirect(way_back(request))  # whoever is in already goes on, as without an assumed session
        if getattr(view, "always_open", False):
            return None
        refused = why_closed(session, view, safe=safe, package=package)
        if refused:
            return render(request, "impersonation/closed.html", {"closed": refused}, status=403)
        if safe:
            request._view_guard.enter_context(refusing_writes())
        return None


async def auser(request):
    """The asynchronous twin of `request.user`."""
    return (await sync_to_async(identity)(request)).user


def of_a_package(request, view) -> bool:
    """Views of the admin site and of the sign-in package carry no marks of ours: known by where they live."""
    match = request.resolver_match
    return (
        "admin" in match.app_names
        or match.route.startswith(("accounts/", "admin/"))
        or view.__module__.startswith("allauth.")
    )


def why_closed(session: AssumedSession, view, *, safe: bool, package: bool) -> str:
    """Which rule closes this view in an assumed session; "" where it is open."""
    if package or getattr(view, "own_account_only", False):
        return "own_account"
    if safe:
        return ""
    if session.looks_only:
        return "look_only"
    return "" if getattr(view, "allowed_on_behalf", False) else "not_on_behalf"


def note_activity(session: AssumedSession) -> None:
    """Write down, at most once a minute, that the session is in use."""
    now = clock.now()
    if now - session.last_active_at >= ACTIVITY_WRITTEN_EVERY:
        session.note_activity(now)


def end_and_leave(request, who: Identity):
    """Write the end down if nobody has, log out, and say why at the sign-in page; never go on as the actor."""
    over = who.over
    request.user = who.user
    if over.found is None:
        actions.leave(request)
        return redirect("account_login")
    actions.end(over.found.session, over.cause, actor=over.found.actor, target=over.found.target)
    actions.leave(request)
    return to_sign_in(over.cause, over.found.session.target_id)


def leave_what_ended(request, session: AssumedSession):
    """Log out the browser of a session that ended while this request ran, and say why at the sign-in page."""
    found = loader.find(session.pk)
    cause = cause_unasked(found, clock.now()) if found else None
    nobody = AnonymousUser()
    return end_and_leave(request, Identity(nobody, nobody, over=Over(cause, found) if cause else Over()))


def is_stored(request, response) -> bool:
    """Store the browser session, as Django's middleware would; False if it was ended while this request ran."""
    session = request.session
    if session.modified and not session.is_empty() and response.status_code != 500:
        try:
            session.save()
        except UpdateError:  # the row is gone, or the database failed for a moment: Django tells no difference
            return session.exists(session.session_key)
        session.modified = False
    return True


def exit_and_sign_in(request, cause: Cause):
    """End the assumed session and lead to the sign-in page, and from there to the same person again."""
    session = request.assumed_session
    if not actions.exit_assumed_session(request, cause):
        return leave_what_ended(request, session)
    return to_sign_in(cause, session.target_id)
