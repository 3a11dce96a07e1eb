"""Pages of events for learners: the list, one event, its calendar file, and the buttons of both pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import BigIntegerField
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import allowed_on_behalf, post_only, shows
from accounts.authorization.undo import say_with_undo

from .access_check.access import may_edit
from .calendar_file import calendar_of
from .models import Event, RegistrationRefused
from .team.scope import leads_a_team, named_by
from .views import CONFLICT, may_add, page_of, query_of

PAST_EVENTS = 10
PEOPLE_SHOWN = 50


@require_safe
@shows(gettext_lazy("List of events"))
def event_list(request):
    return event_page(request)


@require_safe
@shows(gettext_lazy("Event"), of=Event)
def event_detail(request, pk):
    return one_event(request, visible_event(request, pk))


@require_safe
@shows(gettext_lazy("Calendar file of an event"), of=Event)
def event_calendar(request, pk):
    """Return the event as a calendar file. It says nothing about anybody, not even whether the reader takes part."""
    event = visible_event(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="event-{event.pk}.ics"', "Cache-Control": "no-store"}
    text = calendar_of(event, address=f"{settings.SITE_URL}{event.get_absolute_url()}")
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)


@post_only
@allowed_on_behalf
@shows(gettext_lazy("List of events"), page="event_list")
def event_register(request, pk):
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    try:
        is_new = event.register(request.user)
    except RegistrationRefused as refused:
        return refuse(request, event, refused)
    say_place(request, event, _("You registered for “%(title)s”."), is_new=is_new)
    return go_back(request, event)


@post_only
@allowed_on_behalf
@shows(gettext_lazy("List of events"), page="event_list")
def event_leave(request, pk):
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    try:
        had_place = event.leave(request.user)
    except RegistrationRefused as refused:
        return refuse(request, event, refused)
    said = _("You cancelled your registration for “%(title)s”.") % {"title": event.title}
    if not had_place:
        messages.info(request, _("You are not registered for “%(title)s”.") % {"title": event.title})
    elif Event.objects.with_registration_of(request.user).get(pk=event.pk).registration_refusal:
        messages.success(request, said)
    else:
        say_with_undo(request, said, reverse("event_register", args=[event.pk]), **page_of_button(request))
    return go_back(request, event)


def say_place(request, event: Event, said: str, *, is_new: bool) -> None:
    """Say that the user has a place; if it is new, with the sentence that says how, and a button that gives it back."""
    if is_new:
        back = reverse("event_leave", args=[event.pk])
        say_with_undo(request, said % {"title": event.title}, back, **page_of_button(request))
    else:
        messages.info(request, _("You have a place at “%(title)s”.") % {"title": event.title})


def visible_event(request, pk: int) -> Event:
    """Return the event with the registration of the user, if they see it or had a place at it. Else raise Http404."""
    if pk > BigIntegerField.MAX_BIGINT:
        raise Http404
    events = Event.objects.with_registration_of(request.user)
    seen, attended = events.visible_to(request.user), events.attended_by(request.user)
    event = seen.filter(pk=pk).first() or attended.filter(pk=pk).first()
    if event is None:
        raise Http404
    return event


def is_from_event(request) -> bool:
    """Return whether a button was on the page of the event, and not on the list."""
    return request.POST.get("page") == "event"


def page_of_button(request) -> dict[str, str]:
    """Return the field that leads a further button back to the same page."""
    return {"page": "event"} if is_from_event(request) else {}


def go_back(request, event: Event):
    """Lead back to the page that has the button."""
    return redirect(event) if is_from_event(request) else redirect("event_list")


def refuse(request, event: Event, refused: RegistrationRefused):
    """Show the page that has the button again, with the reason."""
    messages.error(request, refused.refusal.label)
    if is_from_event(request):
        return one_event(request, visible_event(request, event.pk), status=CONFLICT)
    return event_page(request, status=CONFLICT)


def event_page(request, *, status=200):
    query = query_of(request)
    attended = Event.objects.attended_by(request.user).matching(query).defer("description")
    context: dict[str, Any] = {"query": query, "is_past": request.GET.get("past") == "1"}
    context["may_add"] = may_add(request, "event")
    if context["is_past"]:
        context["page"] = page_of(request, attended)
    else:
        events = Event.objects.visible_to(request.user).matching(query).coming().with_registration_of(request.user)
        past = list(attended[: PAST_EVENTS + 1])
        context |= {"page": page_of(request, events), "past": past[:PAST_EVENTS], "has_more": len(past) > PAST_EVENTS}
    return render(request, "learning/event_list.html", context, status=status)


def one_event(request, event: Event, *, status=200):
    """Show one event; outside of assumed sessions also who takes part, as far as the reader may see their progress."""
    context: dict[str, Any] = {"event": event, "on_page": True, "checked_item": f"event-{event.pk}"}
    context["is_over"] = event.ends_at <= timezone.now()
    if not request.assumed_session:
        context["may_edit"] = may_edit(request.user, "event")
        if leads_a_team(request.user):
            taking_part = named_by(request.user).filter(registrations__event=event.pk)
            people = list(taking_part.order_by("first_name", "last_name", "pk")[: PEOPLE_SHOWN + 1])
            context |= {"people": people[:PEOPLE_SHOWN], "has_more_people": len(people) > PEOPLE_SHOWN, "leads": True}
    return render(request, "learning/event_detail.html", context, status=status)
