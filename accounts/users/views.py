"""User Management, and one's own account."""

from typing import Any

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import own_account_only, shows
from accounts.authorization.login_as import login_as_refusal
from accounts.authorization.lookup import get_visible_user_or_404
from accounts.models import Department, User
from accounts.policy import Refusal, holds_anywhere
from accounts.policy.rights import Right
from audit.replica import may_read_replica

from . import kept_place
from .filters import UserListForm
from .pagination import LAST
from .reads import RUNNING, SAVED_VIEWS, opened_people
from .remedies import sign_in_of, why_not_help


@require_safe
@shows(gettext_lazy("User Management"))
@may_read_replica
def user_list(request):
    """List the users that the actor may see; 404 if the actor may see nobody."""
    if not holds_anywhere(request.user, Right.SEE_PEOPLE):
        raise Http404
    form = UserListForm(request.GET, actor=request.user, read_from=request.read_from)
    page = form.page()
    context = {"form": form, "page": page, "first_address": form.address()}
    if page.users:
        context["previous_address"] = form.address(before=page.users[0].pk)
        context["next_address"] = form.address(after=page.users[-1].pk)
        context["last_address"] = form.address(before=LAST)
    if not request.assumed_session:
        context["saved_views"] = SAVED_VIEWS.objects(user=request.user.pk)
    if not form.is_filtered:
        form.fields["q"].widget.attrs["autofocus"] = True  # people who help others land here after signing in
    if not form.is_filtered and not request.assumed_session:
        context["running"] = RUNNING.objects(actor=request.user.pk)
        opened = kept_place.read(request)["opened"]
        context["opened_people"] = opened_people(request.user, opened, using=request.read_from)
    response = render(request, "accounts/user_list.html", context)
    # A list of one person, where a login leads back to, is not kept.
    return response if "id" in form.asked else kept_place.keep(request, response, query=here(request, form))


def here(request, form):
    """Return the query string of this page of the list."""
    place = {name: value for name in ("after", "before") if (value := request.GET.get(name, ""))}
    query = form.address(**place)
    return "" if query == "?" else query


@require_safe
@shows(gettext_lazy("Profile of a person"), of=User)
def user_detail(request, pk):
    """Show one user."""
    user: Any = get_visible_user_or_404(request.user, pk)
    user.refusal = why_not(request, user)
    above = Department.objects.get_ancestors(user.department) if user.department else []
    departments = [*above, user.department] if user.department else []
    context = {"person": user, "departments": departments}
    if not request.assumed_session and not why_not_help(request.user, user):
        context["sign_in"] = sign_in_of(user)
    response = render(request, "accounts/user_detail.html", context)
    return kept_place.keep(request, response, opened=user.pk)


@require_safe
@own_account_only
def account(request):
    """Show the user's own account."""
    return render(request, "accounts/account.html", {"person": request.user})


def why_not(request, user):
    """Return why the actor may not log in as this user, or None."""
    return Refusal.NESTED if request.assumed_session else login_as_refusal(request.user, user)
