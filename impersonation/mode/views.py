"""The page that changes the mode of an assumed session."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.authentication import drafts
from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.decorators import always_open
from accounts.authorization.requests import is_ours
from accounts.policy import Refusal
from impersonation.models import Mode
from impersonation.reasons import reason_of
from impersonation.refusals import Refused, record_refused_start
from impersonation.views import is_mobile

from .actions import change_mode
from .forms import ModeForm


@require_http_methods(["GET", "HEAD", "POST"])
@always_open
@with_reauthentication
def assumed_session_mode(request):
    """Ask why the actor has to act (GET), or change the mode (POST): up with a reason, down without."""
    if not request.assumed_session:
        return redirect("assumed_session")
    try:
        if request.method == "POST":
            return look_only(request) if request.POST.get("mode") == Mode.LOOK_ONLY else act(request)
        return ask(request)
    except Refused as refused:
        if request.method == "POST":
            record_refused_start(request, refused.target, refused.refusal)
        return mode_page(request, status=403, refusal=refused.refusal)


def ask(request):
    """Show the form, unless the session has the mode already or the actor may not use it."""
    if not request.assumed_session.looks_only:
        return redirect("assumed_session")
    if request.assumed_session.other_mode is None:
        raise Refused(Refusal.NO_RIGHT, request.user)
    # The reason of the start, which the actor adds to: what is sent is recorded once more.
    form = ModeForm(initial={"text": reason_of(request.assumed_session).get("text", "")})
    drafts.fill(request, form)
    return mode_page(request, form=form)


def act(request):
    """Change from look only to act. The actor must have authenticated recently, as for a start."""
    if is_mobile(request):
        raise Refused(Refusal.ON_MOBILE, request.user)
    require_reauthentication(request)
    form = ModeForm(request.POST)
    if not form.is_valid():
        return mode_page(request, status=422, form=form)
    if change_mode(request=request, mode=Mode.ACT, text=form.cleaned_data["text"]):
        messages.warning(request, _("You can act now: changes take effect on this person's account."))
    return onwards(request)


def look_only(request):
    """Change from act to look only."""
    if change_mode(request=request, mode=Mode.LOOK_ONLY, text=""):
        messages.success(request, _("Look only from now on: nothing can be changed."))
    return onwards(request)


def has_mode_already(request):
    """Return whether the session already has the mode that the form asks for, because a second click sent it again."""
    return bool(request.assumed_session) and request.POST.get("mode") == request.assumed_session.mode


def onwards(request):
    """Return to the page where the button was."""
    back = request.POST.get("next", "")
    return redirect(back if is_ours(back) else "dashboard")


def mode_page(request, *, status=200, **context):
    context["next"] = request.POST.get("next") or request.GET.get("next", "")
    return render(request, "impersonation/mode.html", context, status=status)
