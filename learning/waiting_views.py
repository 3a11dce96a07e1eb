"""Pages on which learners wait for a place at an event, and leave the waiting list."""

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.authorization.decorators import allowed_on_behalf, post_only, shows
from accounts.authorization.undo import say_with_undo

from .event_views import go_back, page_of_button, refuse, say_place
from .models import Event, RegistrationRefused, Waited


@post_only
@allowed_on_behalf
@shows(gettext_lazy("List of events"), page="event_list")
def event_wait(request, pk):
    """Put the user on the waiting list; they get the place at once if one is free by now."""
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    try:
        waited = event.wait(request.user)
    except RegistrationRefused as refused:
        return refuse(request, event, refused)
    if waited in (Waited.GOT_PLACE, Waited.HAD_PLACE):
        said = _("A place at “%(title)s” was free: it is yours.")
        say_place(request, event, said, is_new=waited is Waited.GOT_PLACE)
        return go_back(request, event)
    said = _("You are on the waiting list of “%(title)s”. You get a mail once you have a place.")
    said %= {"title": event.title}
    if waited is Waited.GOT_ENTRY:
        say_with_undo(request, said, reverse("event_stop_waiting", args=[event.pk]), **page_of_button(request))
    else:
        messages.info(request, said)
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
