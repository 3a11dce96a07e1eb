"""The named views of an actor: to keep the search and filters of the list, and to remove one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.authorization.changes import lock_users
from accounts.authorization.decorators import administration, post_only
from accounts.models import SavedView
from accounts.models.saved_views import LONGEST, MOST

from .filters import UserListForm


class SavedViewForm(forms.ModelForm):
    """The name of a view."""

    class Meta:
        model = SavedView
        fields = ("name",)


@post_only
@administration
def user_saved_views(request):
    """Keep what the address asks for as a view with a name, or remove one of the actor's views."""
    if not request.user.sees_people:
        raise Http404
    query = canonical(request)
    if removed := request.POST.get("remove", ""):
        own = SavedView.objects.filter(user=request.user)
        if removed.isdecimal() and len(removed) < 19 and own.filter(pk=int(removed)).delete()[0]:
            messages.success(request, _("The view is removed."))
        return redirect(reverse("user_list") + query)
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors.get("name", []))))
    elif len(query) > LONGEST:
        messages.error(request, _("This view is too long to keep. Shorten the search."))
    elif not store(request.user, form.cleaned_data["name"], query):
        messages.error(request, _("You have %(most)d views. Remove one first.") % {"most": MOST})
    else:
        messages.success(request, _("“%(name)s” is kept above the list.") % {"name": form.cleaned_data["name"]})
    return redirect(reverse("user_list") + query)


def canonical(request) -> str:
    """Return the query string that the form sends, without what the list doesn't know and without a place in it."""
    asked = QueryDict(request.POST.get("query", "").removeprefix("?")[: 2 * LONGEST], mutable=True)
    asked.pop("id", None)
    query = UserListForm(asked, actor=request.user).address()
    return "" if query == "?" else query


def store(user, name: str, query: str) -> bool:
    """Store a view, or change the one of this name; return False if the user has too many."""
    with transaction.atomic():
        lock_users(user)
        own = SavedView.objects.filter(user=user)
        if own.filter(name=name).update(query=query):
            return True
        if own.count() >= MOST:
            return False
        SavedView.objects.create(user=user, name=name, query=query)
    return True
