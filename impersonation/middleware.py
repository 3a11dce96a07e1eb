"""Replace request.user with the target during an assumed session, and enforce the session's rules."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.exceptions import SessionInterrupted
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject

from accounts.authentication.views import way_back
from accounts.authorization.decorators import SAFE_METHODS, closed_for_reading, is_public_page
from accounts.authorization.requests import SessionEnded, page_of_form
from accounts.models.preferences import preferences_of
from audit import clock, context

from . import actions, back_to_ticket, browser_session, left_account, loader, replaced_keys
from .identity import (
    Assumed,
    Ended,
    Identity,
    Plain,
    actor_of,
    end_cause_without_request,
    identity,
    session_of,
    user_of,
)
from .models import AssumedSession, Cause
from .readonly import refusing_writes
from .streams import read_to_its_end
from .traces.requests import record_block, record_look

logger = logging.getLogger(__name__)
ACTIVITY_WRITTEN_EVERY = timedelta(minutes=1)


class AssumedSessionMiddleware:
    """
    Middleware that sets request.user, request.actor and request.assumed_session; follows AuthenticationMiddleware.

    All three are lazy, so that a request that needs none of them costs no query. A session that must end is ended at
    once, and the browser is logged out, whatever the view returned.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.user = SimpleLazyObject(lambda: user_of(identity(request)))
        request.auser = partial(auser, request)
        request.actor = SimpleLazyObject(lambda: actor_of(identity(request)))
        request.assumed_session = SimpleLazyObject(lambda: session_of(identity(request)))
        with ExitStack() as request.write_guard:  # enforce_rules() closes the database for writes until here
            response = self.get_response(request)
            who = request.__dict__.get("_identity")  # None if nobody asked for it
            if response.streaming and isinstance(who, Assumed):
                read_to_its_end(response)
        match who:
            case Ended():
                return end_and_leave(request, who)
            case Assumed(session=session):
                return answer_on_record(request, response, session)
        return response

    def process_view(self, request, view, args, kwargs):
        safe = request.method in SAFE_METHODS
        if safe and is_public_page(view):
            return None
        settle(request, who := identity(request))
        match who:
            case Ended() as ended:
                return end_and_leave(request, ended)
            case Plain(user) if user.is_authenticated:
                context.identify(actor=user.as_person())
            case Plain() if getattr(view, "login_required", True) or replaced_keys.is_sign_out(request):
                return replaced_keys.answer(request, view)
            case Assumed():
                return enforce_rules(request, view, who, safe=safe)
        return None

    def process_exception(self, request, exception):
        """Answer a request whose session ended while it ran; its transaction was rolled back."""
        if isinstance(exception, SessionInterrupted):
            return replaced_keys.answer_interrupted(request, request.resolver_match.func)
        if not isinstance(exception, SessionEnded):
            return None
        logger.warning("The assumed session ended while this request ran", exc_info=exception)
        return leave_ended(request, request.assumed_session)


def settle(request, who: Identity) -> None:
    """Replace the lazy objects of the request, because a template needs twice the calls to read each value of one."""
    request.user, request.actor, request.assumed_session = user_of(who), actor_of(who), session_of(who)


async def auser(request):
    """Return `request.user` to asynchronous code."""
    return user_of(await sync_to_async(identity)(request))


def enforce_rules(request, view, who: Assumed, *, safe: bool):
    """Return the response to a request that the session's rules don't let through to the view, otherwise None."""
    context.identify(actor=who.actor.as_person(), target=who.target.as_person(), assumed_session=who.session.pk)
    note_activity(who.session)
    if replaced_keys.is_sign_out(request):
        return exit_and_sign_in(request, Cause.SIGNED_OUT)
    if safe and getattr(view, "is_sign_in_page", False):
        return redirect(way_back(request))  # as for every user who is already signed in
    if closed := why_closed(who.session, view, safe=safe):
        try:
            record_block(request, view, who.session, closed)
        except SessionEnded:
            return leave_ended(request, who.session)
        context_of_page = {"closed": closed, "page": page_of_form(request, view)}
        with preferences_of(who.actor):
            response = render(request, "impersonation/closed.html", context_of_page, status=403)
        response.headers["Content-Language"] = who.actor.language_code
        return response
    if safe and not getattr(view, "records_on_get", False):
        request.write_guard.enter_context(refusing_writes())
    return None


def answer_on_record(request, response, session: AssumedSession):
    """Return the response if the session is still live and the look at it is on record; otherwise log out."""
    try:
        if browser_session.is_stored(request, response):
            record_look(request, response, session)
            return response
    except SessionEnded:
        pass
    return leave_ended(request, session)


def why_closed(session: AssumedSession, view, *, safe: bool) -> str:
    """Return the name of the rule that closes a view in an assumed session; "" if the view is open."""
    if getattr(view, "always_open", False):
        return ""
    if closed_for_reading(view):
        return "administration" if getattr(view, "is_administration", False) else "own_account"
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


def end_and_leave(request, ended: Ended):
    """End the session if it is still live, log out, and redirect to the sign-in page, which says why."""
    request.user = AnonymousUser()
    match ended:
        case Ended(Cause() as cause, AssumedSession() as session):
            actions.end(session, cause)
            return leave_for_sign_in(request, cause, session)
        case _:
            browser_session.leave(request)
            return redirect("account_login")


def leave_ended(request, session: AssumedSession):
    """Log out the browser of a session that ended during this request, and say why at the sign-in page."""
    found = loader.find(session.pk)
    cause = end_cause_without_request(found, clock.now()) if found else None
    return end_and_leave(request, Ended(cause, found))


def exit_and_sign_in(request, cause: Cause):
    """End the assumed session, and redirect to the sign-in page, which leads back to the same target."""
    session = request.assumed_session
    if not actions.end(session, cause):
        return leave_ended(request, session)
    request.user = request.actor  # the human who logs out
    return leave_for_sign_in(request, cause, session)


def leave_for_sign_in(request, cause: Cause, session: AssumedSession):
    """Log out, and redirect to the sign-in page; the browser keeps the way back to the ticket for a while."""
    ticket = back_to_ticket.of(request, session)
    browser_session.leave(request)
    response = left_account.tell_browser(replaced_keys.to_sign_in(cause, session.target_id), session, cause)
    return back_to_ticket.tell_browser(response, ticket)
