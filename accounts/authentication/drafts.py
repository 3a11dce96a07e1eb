"""Drafts: form input from before a re-authentication, kept in the browser session and never submitted automatically."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from accounts.authorization.requests import Request

KEY = "drafts"
AT_MOST = 5  # pages: the most recent ones
LONGEST = 50_000  # characters of one draft
SECRET = ("csrfmiddlewaretoken", "password", "code", "credential")


def keep(request: Request) -> bool:
    """
    Keep the input of this page without files and secrets. Return False if it is too long.

    Signing out and the start of an assumed session drop all drafts, because they replace the browser session.
    """
    sent = {name: values for name, values in request.POST.lists() if not any(word in name for word in SECRET)}
    if sum(len(name) + sum(map(len, values)) for name, values in sent.items()) > LONGEST:
        return False
    drafts = dict(request.session.get(KEY, {}))
    drafts.pop(request.path, None)
    if sent:
        drafts[request.path] = sent
    request.session[KEY] = dict(list(drafts.items())[-AT_MOST:])
    return True


def keep_after_failure(request: Request) -> None:
    """Keep the input and save the session, because an error page does not save it. Database errors are ignored."""
    with suppress(DatabaseError, UpdateError):
        if keep(request):
            request.session.save()


def fill(request: Request, form: Any) -> None:
    """
    Fill the form with the draft of this page, and drop the draft.

    The form stays unbound, so that viewing the page does nothing. The fingerprint of what the form was made from
    (`seen`) is kept too, so that a change that somebody else made meanwhile is still noticed.
    """
    if request.method != "GET" or request.path not in request.session.get(KEY, {}):
        return
    drafts = request.session[KEY]
    sent = MultiValueDict(drafts.pop(request.path))
    request.session[KEY] = drafts
    for name, field in form.fields.items():
        form.initial[name] = field.widget.value_from_datadict(sent, MultiValueDict(), form.add_prefix(name))
    if "seen" in sent:
        form.seen = sent["seen"]
    messages.info(request, _("This is what you wrote before. Nothing has been done with it yet."))
