"""The link of a ticket system that leads to the form of Login as User. It fills the form in and starts nothing."""

import logging
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import shows_nothing_personal
from accounts.models import User

logger = logging.getLogger(__name__)
OFFERED_AT_MOST = 10


@require_safe
@shows_nothing_personal
def login_as_from_ticket(request):
    """
    Redirect `?person=…&ticket=…&return=…` to the form of that person, or list the people that it may mean.

    person: an email address, an HR identifier or an id. Somebody that the actor may not see is nobody.
    """
    if request.assumed_session:
        return redirect("login_as", pk=request.user.pk)  # the page says that another session is open
    visible = User.objects.visible_to(request.user).select_related("department")
    people = list(visible.named_exactly(request.GET.get("person", ""))[:OFFERED_AT_MOST])
    if not people:
        logger.warning("A link to Login as User named nobody that person %s may see", request.user.pk)
        raise Http404
    passed_on = {name: request.GET[name] for name in ("ticket", "return") if request.GET.get(name)}
    query = f"?{urlencode(passed_on)}" if passed_on else ""
    addresses = [(person, reverse("login_as", args=[person.pk]) + query) for person in people]
    if len(addresses) == 1:
        return redirect(addresses[0][1])
    return render(request, "impersonation/choose_person.html", {"people": addresses})
