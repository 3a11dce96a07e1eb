"""The page of the first steps, for people who may edit the company's settings."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.authorization.changes import NotAllowed
from accounts.authorization.decorators import administration, post_only
from accounts.authorization.undo import say_with_undo
from audit import clock

from .actions import hide, mails_to_test, send_test_mail
from .steps import Checklist, may_read

# A timer sends mail once a minute; after this time the page says that it doesn't run.
TIMER_IS_LATE = timedelta(minutes=3)


@require_safe
@administration
def first_steps(request):
    """Show every step, done or open, with the state of the newest test mail."""
    require_reader(request.user)
    newest = mails_to_test(request.user).first()
    context = {
        "checklist": Checklist.of(request.user),
        "test_mail": newest,
        "is_late": newest and not newest.attempts and newest.created_at < clock.now() - TIMER_IS_LATE,
    }
    return render(request, "accounts/first_steps.html", context)


@post_only
@administration
def first_steps_hide(request):
    """Hide the steps on the actor's dashboard, or show them there again. page: where an undo leads."""
    require_reader(request.user)
    hidden = request.POST.get("hidden") == "on"
    hide(request.user, hidden=hidden)
    if hidden:
        said = _("The first steps were hidden. You find them in the menu under your name.")
        undo = {"hidden": "off", "page": "dashboard"}
    else:
        said = _("The first steps are on your dashboard again.")
        undo = {"hidden": "on"}
    say_with_undo(request, said, reverse("first_steps_hide"), **undo)
    return redirect("dashboard" if hidden or request.POST.get("page") == "dashboard" else "first_steps")


@post_only
@administration
def first_steps_test_mail(request):
    """Send a test mail to the actor."""
    require_reader(request.user)
    try:
        send_test_mail(actor=request.user)
    except NotAllowed as not_allowed:
        messages.error(request, not_allowed.sentence)
    else:
        messages.success(request, _("A test mail to %(email)s is on its way.") % {"email": request.user.email})
    return redirect("first_steps")


def require_reader(user):
    """Raise Http404 if the user may not read the first steps."""
    if not may_read(user):
        raise Http404
