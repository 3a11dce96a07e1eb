"""Views of Login as User: start, stay, exit, and the notices of sessions in one's own account."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.authentication import drafts
from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authentication.step_up import recently_authenticated
from accounts.authorization.decorators import always_open, own_account_only, post_only, shows_nothing_personal
from accounts.authorization.login_as import begins_by_looking, login_as_refusal
from accounts.authorization.requests import SessionEnded, is_ours
from accounts.models import User
from accounts.policy import Refusal
from audit import clock

from . import actions, back_to_ticket
from .expired.actions import end_opportunistically
from .forms import LoginAsForm
from .middleware import exit_and_sign_in
from .models import AssumedSession, Cause, Mode
from .notices import Notice
from .policy_sheet import sheet
from .reasons import last_ticket_of, reason_of
from .refusals import Refused, Unseen, record_refused_start
from .replaced_keys import is_same_form

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@always_open
@with_reauthentication
def login_as(request, pk):
    """Show the form of Login as User (GET), or start the assumed session (POST)."""
    if request.assumed_session:
        if is_same_form(request, request.assumed_session):
            return redirect("dashboard")
        return refuse(request, request.user, Refusal.NESTED, wanted=pk)
    try:
        return login_as_start(request, pk) if request.method == "POST" else login_as_form(request, pk)
    except Unseen:
        # The response does not say whether the user exists; the log does.
        logger.warning("Login as User asked for person %s by person %s, who may not see them", pk, request.actor.pk)
        raise Http404 from None
    except Refused as refused:
        return refuse(request, refused.target, refused.refusal)


def login_as_form(request, pk):
    """Show the form to an actor who may start the session."""
    form = LoginAsForm(rules=request.actor.login_as_rules.tickets)
    target = gate(request, pk, form)
    drafts.fill(request, form)
    form.fill_from_link(request.GET.get("ticket", ""), request.GET.get("return", ""))
    return login_as_page(request, target, status=200, form=form)


def login_as_start(request, pk):
    """Start the assumed session; otherwise show the form again with its errors, or say why not."""
    form = LoginAsForm(request.POST, rules=request.actor.login_as_rules.tickets)
    if not (recently_authenticated(request) and form.is_valid() and not is_mobile(request)):
        target = gate(request, pk, form)
        return login_as_page(request, target, status=422, form=form)
    asked = {
        "mode": Mode(form.cleaned_data["mode"]),
        "reason": form.reason(),
        "once": request.POST.get("once", ""),
        "returns_to": request.POST.get("returns_to", ""),
    }
    try:
        _session, expired = actions.start(request=request, target_id=pk, **asked)
    except ValidationError as error:  # the company's rules of tickets changed meanwhile
        form.add_error("ticket", error)
        return login_as_page(request, gate(request, pk, form), status=422, form=form)
    except DatabaseError:
        drafts.keep_after_failure(request)
        raise
    end_opportunistically(expired)
    return back_to_ticket.forget(request, redirect("dashboard"))


def gate(request, pk, form):
    """
    Return the target of the form, and offer the modes that the actor may use.

    Raise Unseen or Refused if the actor may not start a session as the target, as `actions.start` does under lock, and
    ReauthenticationNeeded if the actor must re-authenticate first.
    """
    users = User.objects.visible_to(request.actor).with_standing().select_related("department", "job_profile")
    target = users.filter(pk=pk).first()
    if target is None:
        raise Unseen
    if (refusal := login_as_refusal(request.actor, target)) is not None:  # with either right
        raise Refused(refusal, target)
    modes = [mode for mode in Mode if login_as_refusal(request.actor, target, rights={mode.right}) is None]
    if begins_by_looking(request.actor):
        modes = [mode for mode in modes if mode is not Mode.ACT]
        if not modes:
            raise Refused(Refusal.LOOK_FIRST, target)
    if is_mobile(request):
        raise Refused(Refusal.ON_MOBILE, target)
    if AssumedSession.objects.too_many_by(request.actor, clock.now()):
        raise Refused(Refusal.TOO_MANY, target)
    # Last, because an actor who may not start is refused, on record, however long ago they authenticated.
    require_reauthentication(request)
    form.offer(modes, first=request.actor.login_as_rules.default_mode)
    form.is_about(target)
    return target


def is_mobile(request):
    """Return whether the browser says that it runs on a mobile device."""
    return request.headers.get("Sec-CH-UA-Mobile") == "?1"


def refuse(request, target, refusal, *, wanted=None):
    """Say why the start is refused; record an attempt to start (POST), but not a look at the form."""
    if request.method == "POST":
        record_refused_start(request, target, refusal, wanted=wanted)
    return login_as_page(request, target, status=403, refusal=refusal)


def login_as_page(request, target, *, status, **context):
    """Render the page of Login as User."""
    last_ticket = last_ticket_of(request.actor) if "form" in context else ""
    if last_ticket:
        context["form"].offer_last_ticket()
    context |= {
        "person": target,
        "back_url": reverse("user_list") if request.user.sees_people else reverse("dashboard"),
        "last_ticket": last_ticket,
        "idle_minutes": request.actor.login_as_rules.idle_minutes,
        # This value identifies a form that a second click sends again.
        "once": request.POST.get("once") or get_random_string(32),
        "max_minutes": request.actor.login_as_rules.max_minutes,
    }
    return render(request, "impersonation/login_as.html", context, status=status)


@require_safe
@shows_nothing_personal
def assumed_session(request):
    """Show the open assumed session with its reason and ticket, and the buttons to keep it open and to exit it."""
    session = request.assumed_session
    if not session:
        return render(request, "impersonation/assumed_session.html")
    reason = reason_of(session)
    ticket = reason.get("ticket", "")
    address = request.actor.login_as_rules.tickets.link(ticket)
    context = {"reason": reason.get("text", ""), "ticket": ticket, "ticket_address": address}
    return render(request, "impersonation/assumed_session.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@always_open
def assumed_session_exit(request):
    """End the assumed session (POST), or redirect to the page that has the button."""
    if request.method != "POST" or not request.assumed_session:
        return redirect("assumed_session")
    return exit_and_sign_in(request, Cause.EXIT)


@post_only
@always_open
def assumed_session_stay(request):
    """Count one click as activity; the session still ends at its time limit, and the message says so."""
    session = request.assumed_session
    if not session:
        return redirect("assumed_session")
    if not session.note_activity(clock.now()):
        raise SessionEnded
    if not request.accepts("text/html"):
        return HttpResponse(status=204)
    facts = {"minutes": session.minutes_left}
    if session.can_stay:
        left = ngettext("%(minutes)d minute is left.", "%(minutes)d minutes are left.", session.minutes_left)
        messages.success(request, left % facts)
    else:
        last = ngettext(
            "%(minutes)d minute is left. Then it ends: that is the time limit of an assumed session.",
            "%(minutes)d minutes are left. Then it ends: that is the time limit of an assumed session.",
            session.minutes_left,
        )
        messages.warning(request, last % facts)
    back = request.POST.get("next", "")
    return redirect(back if is_ours(back) else "assumed_session")


@login_not_required
@require_safe
def assumed_session_now(request):
    """
    Return a part of a page that says whose account is open in this browser, and for how long.

    account_now.js asks for it. It is public, so that a page that was loaded before a log-out learns of the log-out.
    This request does not count as activity.
    """
    return render(request, "impersonation/_account_now.html")


@require_safe
@shows_nothing_personal
def login_as_policy(request):
    """Show the policy sheet of Login as User to everybody who is signed in; it is about the company."""
    return render(request, "impersonation/login_as_policy.html", {"sheet": sheet(request.user), "now": clock.now()})


@post_only
@own_account_only
def notices_seen(request):
    """Mark the notices on the dashboard as seen, up to the newest one that the dashboard showed."""
    newest = request.POST.get("newest", "")
    if newest.isascii() and newest.isdigit() and len(newest) < 19:
        Notice.objects.unseen_by(request.user).filter(pk__lte=int(newest)).update(seen_at=timezone.now())
    return redirect("dashboard")
