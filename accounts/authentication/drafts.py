"""What was written into a form before we asked who is there: kept in the browser session, and never sent by itself."""

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
AT_MOST = 5  # pages, the ones written last
LONGEST = 50_000  # characters of one draft
SECRET = ("csrfmiddlewaretoken", "password", "code", "credential")


def keep(request: Request) -> bool:
    """
    Keep what was sent to this page, files and secrets aside; return False if it is too long.

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
    """Keep what was sent to this page if the database still takes it, because an error page stores no session."""
    with suppress(DatabaseError, UpdateError):
        if keep(request):
            request.session.save()


def fill(request: Request, form: Any) -> None:
    """
    Begin the form with what was kept for this page, and drop the draft.

    The form stays unbound, so that looking at the page does nothing. What the form was made from (`seen`) is kept too,
    so that a change that somebody else made meanwhile is still noticed.
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
