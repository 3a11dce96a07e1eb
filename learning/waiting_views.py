"""Pages on which learners wait for a place at an event, and leave the waiting list."""

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.authorization.decorators import allowed_on_behalf, post_only, shows

from .event_views import go_back, refuse
from .models import Event, RegistrationRefused


@post_only
@allowed_on_behalf
@shows(gettext_lazy("List of events"), page="event_list")
def event_wait(request, pk):
    """Put the user on the waiting list; they get the place at once if one is free by now."""
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    try:
        has_place = event.wait(request.user)
    except RegistrationRefused as refused:
        return refuse(request, event, refused)
    if has_place:
        said = _("A place at “%(title)s” was free: it is yours.")
    else:
        said = _("You are on the waiting list of “%(title)s”. You get a mail once you have a place.")
    messages.success(request, said % {"title": event.title})
    return go_back(request, event)


@post_only
@allowed_on_behalf
@shows(gettext_lazy("List of events"), page="event_list")
def event_stop_waiting(request, pk):
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    if event.stop_waiting(request.user):
        messages.success(request, _("You left the waiting list of “%(title)s”.") % {"title": event.title})
    else:
        messages.warning(request, _("You are no longer on the waiting list of “%(title)s”.") % {"title": event.title})
    return go_back(request, event)
