"""What was written before we asked who is there: kept in the browser session, and never sent by itself."""

from urllib.parse import urlencode

from django.shortcuts import redirect
from django.urls import reverse

KEY = "login_as_draft"
FIELDS = ("category", "text", "ticket", "mode")
LONGEST = 5_000


def keep(request, target_id: int) -> None:
    """Keep what was sent about this target; starting, and signing out, drop it with the whole browser session."""
    sent = {name: request.POST.get(name, "")[:LONGEST] for name in FIELDS}
    request.session[KEY] = {"target": target_id, "sent": sent}


def kept(request, target_id: int) -> dict[str, str]:
    """What was kept about this target, to begin the form with."""
    draft = request.session.get(KEY) if request.method != "POST" else None
    return draft["sent"] if draft and draft["target"] == target_id else {}


def ask_who_is_there(request):
    """To the page that asks; from there one comes back to the form, and sends it oneself."""
    return redirect(f"{reverse('confirm_identity')}?{urlencode({'next': request.path})}")
