"""Pages about the places of an event, for users who edit it. They show only users that the reader may see."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.authentication import drafts
from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.changes import NotAllowed
from accounts.authorization.decorators import administration
from accounts.models import User
from learning.access_check.access import may_edit
from learning.models import Event, Registration, RegistrationRefused, WaitingEntry
from learning.views import query_of

from .actions import PlaceRefusal, give_place, take_back_place, take_off_list
from .forms import GivePlaceForm, ReasonForm

PER_PAGE = 50


@require_safe
@administration
def event_places(request, pk):
    """List the users with a place, the earliest registration first; invisible users are only counted."""
    event = fetch(request, pk)
    query = query_of(request)
    shown = event.registrations.visible_to(request.user)
    found = shown.filter(user__in=User.objects.matching(query)) if query else shown
    page = Paginator(found.with_users().order_by("registered_at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "event": event,
        "page": page,
        "query": query,
        "waiting": waiting_of(event, request.user, query),
        "hidden_count": event.registrations.count() - (shown.count() if query else page.paginator.count),
        "lapsed_count": event.registrations.lapsed().count(),
    }
    return render(request, "learning/event_places.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administration
@with_reauthentication
def place_give(request, pk):
    """Give a user a place, with a reason that the user reads in a mail."""
    event = fetch(request, pk)
    if not request.user.sees_people:
        raise NotAllowed(PlaceRefusal.NO_RIGHT_TO_SEE_ANYBODY)
    require_reauthentication(request)
    form = GivePlaceForm(request.POST if request.method == "POST" else None, actor=request.user)
    if form.is_valid():
        user = form.cleaned_data["person"]
        reason = form.cleaned_data["reason"]
        message = _("%(name)s has a place, and is told so by mail.") % {"name": user.name}
        if done(form, give_place, actor=request.user, event=event, user=user, reason=reason):
            messages.success(request, message)
            return redirect("event_places", event.pk)
    drafts.fill(request, form)
    context = {"event": event, "form": form}
    return render(request, "learning/place_give.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@administration
@with_reauthentication
def place_take_back(request, pk):
    """Ask for the reason (GET), and take a place back (POST)."""
    if not may_edit(request.user, "event"):
        raise Http404
    registration = get_object_or_404(
        Registration.objects.visible_to(request.user).select_related("event", "user"), pk=pk
    )
    require_reauthentication(request)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    name, reason = registration.user.name, form.cleaned_data["reason"] if form.is_valid() else ""
    if reason and done(form, take_back_place, actor=request.user, registration=registration, reason=reason):
        messages.success(request, _("%(name)s no longer has a place, and is told so by mail.") % {"name": name})
        return redirect("event_places", registration.event_id)
    drafts.fill(request, form)
    context = {"event": registration.event, "person": registration.user, "form": form}
    return render(request, "learning/place_take_back.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@administration
@with_reauthentication
def waiting_take_off(request, pk):
    """Ask for the reason (GET), and take somebody off the waiting list (POST)."""
    if not may_edit(request.user, "event"):
        raise Http404
    entry = get_object_or_404(WaitingEntry.objects.visible_to(request.user).select_related("event", "user"), pk=pk)
    require_reauthentication(request)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    name, reason = entry.user.name, form.cleaned_data["reason"] if form.is_valid() else ""
    if reason and done(form, take_off_list, actor=request.user, entry=entry, reason=reason):
        messages.success(request, _("%(name)s no longer waits for a place, and is told so by mail.") % {"name": name})
        return redirect("event_places", entry.event_id)
    drafts.fill(request, form)
    context = {"event": entry.event, "person": entry.user, "form": form}
    return render(request, "learning/waiting_take_off.html", context, status=422 if form.is_bound else 200)


def waiting_of(event, actor, query):
    """Return the waiting list: the first entries that the actor sees and searches, and how many entries there are."""
    count = event.waiting.count()
    if not count:
        return {"count": 0}
    shown = event.waiting.visible_to(actor)
    found = shown.filter(user__in=User.objects.matching(query)) if query else shown
    shown_count = shown.count()
    found_count = found.count() if query else shown_count
    entries = list(found.with_users().with_number()[:PER_PAGE])
    return {
        "count": count,
        "entries": entries,
        "hidden_count": count - shown_count,
        "more_count": found_count - len(entries),
    }


def fetch(request, pk):
    """Return the event; 404 if the user may not edit it."""
    if not may_edit(request.user, "event"):
        raise Http404
    return get_object_or_404(Event.objects.with_registration_of(request.user), pk=pk)


def done(form, action, **given):
    """Return whether the action succeeded; if it was refused, the form says why."""
    try:
        action(**given)
    except NotAllowed as not_allowed:
        form.add_error(None, not_allowed.sentence)
    except RegistrationRefused as refused:
        form.add_error(None, refused.refusal.label)
    return form.is_valid()
