"""Re-authentication for views that change or export other users' data, as Login as User has it."""

from __future__ import annotations

from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import policy
from accounts.authorization.decorators import SAFE_METHODS, View
from accounts.authorization.login_as import lacks_second_factor
from accounts.authorization.requests import Request

from . import drafts
from .step_up import recently_authenticated

NEXT_STEP = "after_the_proof"  # the key of stored browser sessions


class ReauthenticationNeeded(Exception):
    """
    Re-authentication is needed before the view does anything.

    back: the address to return to; "" for this page. button: the button to press there, on a page that keeps no draft.
    """

    def __init__(self, back: str = "", button: str = "") -> None:
        super().__init__(back)
        self.back, self.button = back, button


def with_reauthentication(view: View) -> View:
    """Mark a view that calls `require_reauthentication`; redirect to the re-authentication page if it is needed."""

    @wraps(view)
    def asking(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ReauthenticationNeeded as needed:
            return redirect_to_reauthentication(request, needed)

    marked: View = asking
    marked.with_reauthentication = True
    return marked


def require_reauthentication(request: Request, *, back: str = "", button: str = "") -> None:
    """
    Raise ReauthenticationNeeded if the actor authenticated too long ago.

    Raise PermissionDenied if the actor needs a second factor and has none.

    Call it after the refusals of the view, so that a refused actor is not asked to re-authenticate. back, button: as in
    ReauthenticationNeeded.
    """
    if request.assumed_session and request.method in SAFE_METHODS:
        return  # the forms of these pages are closed there
    if lacks_second_factor(request.actor):
        raise PermissionDenied(policy.Refusal.WITHOUT_SECOND_FACTOR.label)
    if not recently_authenticated(request):
        raise ReauthenticationNeeded(back, button)


def redirect_to_reauthentication(request: Request, needed: ReauthenticationNeeded) -> HttpResponseBase:
    """Keep the input and redirect to the re-authentication page; afterwards the user returns and presses the button."""
    back = needed.back or request.get_full_path()
    if request.method not in SAFE_METHODS:
        sentence = ""
        if needed.button:
            sentence = _("Confirmed. Press “%(button)s” again.") % {"button": needed.button}
        elif not drafts.keep(request):
            sentence = _("What you wrote was too long to be kept. Please write it again.")
        request.session[NEXT_STEP] = {"at": back, "sentence": sentence}
    return redirect(f"{reverse('confirm_identity')}?{urlencode({'next': back})}")


def say_next_step(request: Request, address: str) -> None:
    """Show the next step on the page that a user returns to after re-authentication. address: that page."""
    step = request.session.pop(NEXT_STEP, None)
    if step and step["at"] == address and step["sentence"]:
        messages.info(request, step["sentence"])
