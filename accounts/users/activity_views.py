"""What happened to one user, as far as the actor may know."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import administration
from accounts.authorization.lookup import get_visible_user_or_404

from .activity import page_of, reads_log


@require_safe
@administration
def user_activity(request, pk):
    """List what happened to the user; `?before=` an older page."""
    person = get_visible_user_or_404(request.user, pk)
    asked = request.GET.get("before", "")
    before = int(asked[:18]) if asked.isdecimal() and asked.isascii() else None
    acts, older = page_of(person, request.user, before)
    context = {"person": person, "acts": acts, "older": older, "before": before, "reads_log": reads_log(request.user)}
    return render(request, "accounts/user_activity.html", context)
