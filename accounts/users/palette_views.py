"""The command palette: people by name, with what the actor can do for each, and pages of the platform."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import own_account_only
from accounts.policy import holds_anywhere
from accounts.policy.rights import LOG_IN_ON_BEHALF, Right
from audit.replica import may_read_replica

from . import kept_place
from .filters import UserListForm
from .reads import opened_people

PEOPLE = 6
MODES = ("login_as", "check_access", "find")


@require_safe
@own_account_only
@may_read_replica
def user_palette(request):
    """
    Show the first people who match `?q=`, each with what the menu of the list offers; 404 like the list.

    `?mode=` asks for one of the actions alone. With a mode and without a search, it shows the profiles opened last.
    """
    if not holds_anywhere(request.user, Right.SEE_PEOPLE):
        raise Http404
    asked = request.GET.copy()
    for name in set(asked) - {"q"}:
        del asked[name]
    form = UserListForm(asked, actor=request.user, read_from=request.read_from)
    mode = request.GET.get("mode", "")
    context = {"form": form, "mode": mode if mode in MODES else "", "q": form.cleaned_data.get("q", "").strip()}
    context["people"] = ()
    if context["q"]:
        context["page"] = context["people"] = form.page(PEOPLE)
    elif context["mode"]:
        opened = kept_place.read(request)["opened"]
        context["people"] = opened_people(request.user, opened, using=request.read_from)
    context["may_log_in"] = any(holds_anywhere(request.user, right) for right in LOG_IN_ON_BEHALF)
    context["may_check"] = holds_anywhere(request.user, Right.CHECK_ACCESS)
    return render(request, "accounts/palette.html", context)
