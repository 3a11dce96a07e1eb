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
from accounts.authorization.undo import say_with_undo
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
        if removed.isdecimal() and len(removed) < 19:
            remove(request, SavedView.objects.filter(user=request.user, pk=int(removed)).first())
        return redirect(reverse("user_list") + query)
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors.get("name", []))))
    elif len(query) > LONGEST:
        messages.error(request, _("This view is too long to keep. Shorten the search."))
    elif (kept := store(request.user, form.cleaned_data["name"], query)) is None:
        messages.error(request, _("You have %(most)d views. Remove one first.") % {"most": MOST})
    else:
        say_kept(request, *kept)
    return redirect(reverse("user_list") + query)


def remove(request, view: SavedView | None) -> None:
    """Delete a view, if there is one, and offer to put it back."""
    if view and view.delete()[0]:
        said = _("The view “%(name)s” was removed.") % {"name": view.name}
        say_with_undo(request, said, reverse("user_saved_views"), name=view.name, query=view.query)


def say_kept(request, view: SavedView, before: str | None) -> None:
    """Say that a view is kept, and offer what was before: the other query of its name, or no view."""
    address = reverse("user_saved_views")
    if before is None:
        said = _("The view “%(name)s” was added above the list.") % {"name": view.name}
        say_with_undo(request, said, address, remove=str(view.pk), query=view.query)
    else:
        said = _("The view “%(name)s” was replaced by this one.") % {"name": view.name}
        say_with_undo(request, said, address, name=view.name, query=before)


def canonical(request) -> str:
    """Return the query string that the form sends, without what the list doesn't know and without a place in it."""
    asked = QueryDict(request.POST.get("query", "").removeprefix("?")[: 2 * LONGEST], mutable=True)
    asked.pop("id", None)
    query = UserListForm(asked, actor=request.user).address()
    return "" if query == "?" else query


def store(user, name: str, query: str) -> tuple[SavedView, str | None] | None:
    """
    Store a view, or change the one of this name, and return it with the query that it had.

    That is None for a new view. Return None instead if the user has too many views.
    """
    with transaction.atomic():
        lock_users(user)
        own = SavedView.objects.filter(user=user)
        if view := own.filter(name=name).first():
            before, view.query = view.query, query
            view.save(update_fields=["query"])
            return view, before
        if own.count() >= MOST:
            return None
        return SavedView.objects.create(user=user, name=name, query=query), None
