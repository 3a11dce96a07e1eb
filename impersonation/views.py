"""Login as User: the page that asks why, and the way out."""

import logging

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.authentication import drafts
from accounts.authentication.fresh_proof import demand_proof, fresh_proof
from accounts.authentication.step_up import is_proven
from accounts.authorization.decorators import always_open, post_only
from accounts.authorization.login_as import login_as_refusal
from accounts.authorization.requests import SessionEnded, is_ours
from accounts.models import User
from accounts.policy import Refusal
from audit import clock

from . import actions
from .forms import LoginAsForm
from .middleware import exit_and_sign_in
from .models import AssumedSession, Cause, Mode
from .replaced_keys import is_same_form

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@always_open
@fresh_proof
def login_as(request, pk):
    """Ask for the reason (GET) and start the assumed session (POST)."""
    if request.assumed_session:
        if is_same_form(request, request.assumed_session):
            return redirect("dashboard")
        return refuse(request, request.user, Refusal.NESTED, wanted=pk)
    on_mobile = request.headers.get("Sec-CH-UA-Mobile") == "?1"
    proven = is_proven(request)
    form = LoginAsForm(request.POST if request.method == "POST" else None)
    if proven and form.is_valid() and not on_mobile:
        try:
            mode, once = Mode(form.cleaned_data["mode"]), request.POST.get("once", "")
            actions.start(request=request, target_id=pk, mode=mode, reason=form.reason(), once=once)
        except actions.Unseen:
            raise not_found(request, pk) from None
        except actions.Refused as refused:
            return refuse(request, refused.target, refused.refusal)
        except DatabaseError:
            drafts.keep_after_failure(request)
            raise
        return redirect("dashboard")
    people = User.objects.visible_to(request.actor).with_standing().select_related("department", "job_profile")
    target = people.filter(pk=pk).first()
    if target is None:
        raise not_found(request, pk)
    modes = [mode for mode in Mode if login_as_refusal(request.actor, target, rights={mode.right}) is None]
    if not modes:
        return refuse(request, target, login_as_refusal(request.actor, target))
    if on_mobile:
        return refuse(request, target, Refusal.ON_MOBILE)
    if AssumedSession.objects.too_many_by(request.actor, clock.now()):
        return refuse(request, target, Refusal.TOO_MANY)
    # Last, because who may not start is refused, on record, however old their proof is.
    demand_proof(request)
    form.offer(modes)
    drafts.fill(request, form)
    return login_as_page(request, target, status=422 if form.is_bound else 200, form=form)


def not_found(request, pk):
    """The same for whom one may not see and who doesn't exist; the log knows."""
    logger.warning("Login as User asked for person %s by person %s, who may not see them", pk, request.actor.pk)
    return Http404()


def refuse(request, target, refusal, *, wanted=None):
    """Say why not; an attempt to start, not a look at the page, is put on record."""
    if request.method == "POST":
        actions.record_refused_start(request, target, refusal, wanted=wanted)
    return login_as_page(request, target, status=403, refusal=refusal)


def login_as_page(request, target, *, status, **context):
    context |= {
        "person": target,
        "back_url": reverse("user_list") if request.user.sees_people else reverse("dashboard"),
        "idle_minutes": settings.ASSUMED_SESSION_IDLE_MINUTES,
        # By this value a form that is sent again, because of a second click, is told from another one.
        "once": request.POST.get("once") or get_random_string(32),
        "max_minutes": settings.ASSUMED_SESSION_MAX_MINUTES,
    }
    return render(request, "impersonation/login_as.html", context, status=status)


@require_safe
def assumed_session(request):
    """What the open assumed session is, with its way out."""
    return render(request, "impersonation/assumed_session.html")


@require_http_methods(["GET", "HEAD", "POST"])
@always_open
def assumed_session_exit(request):
    """End the assumed session by POST; asked for otherwise, show the page that has the button."""
    if request.method != "POST" or not request.assumed_session:
        return redirect("assumed_session")
    return exit_and_sign_in(request, Cause.EXIT)


@post_only
@always_open
def assumed_session_stay(request):
    """Go on: one click that counts as activity, though never beyond the time limit, which is said then."""
    session = request.assumed_session
    if not session:
        return redirect("assumed_session")
    if not session.note_activity(clock.now()):
        raise SessionEnded
    if not request.accepts("text/html"):
        return HttpResponse(status=204)
    left = ngettext("%(minutes)d minute is left.", "%(minutes)d minutes are left.", session.minutes_left)
    left %= {"minutes": session.minutes_left}
    if session.can_stay:
        messages.success(request, left)
    else:
        messages.warning(request, f"{left} {_('Then it ends: that is the time limit of an assumed session.')}")
    back = request.POST.get("next", "")
    return redirect(back if is_ours(back) else "assumed_session")


@login_not_required
@require_safe
def assumed_session_now(request):
    """
    Whose account is open in this browser now, and for how long still: a part of a page, for scripts.

    For everybody, so that a page from before a log-out learns of it; asking is no activity.
    """
    return render(request, "impersonation/_account_now.html")
