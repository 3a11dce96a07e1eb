"""
A form that is sent twice, by a second click or a reload, does once what it does, and is answered the second time as
the first time (docs/decisions/0021).

A form is known by the CSRF token of its page, which is another one each time that a page is made. So the same token,
address and content are the same form again, and never a person who wants the same once more.
"""

import hashlib
import time
from typing import Any

from django.contrib.messages import add_message, get_messages
from django.contrib.messages.storage.base import Message
from django.core.cache import cache
from django.http import HttpResponseRedirect
from django.middleware.csrf import CSRF_TOKEN_LENGTH
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from .bodies import refusal

WITHIN = 60  # seconds
PATIENCE = 20  # seconds that a second answer waits for the first
RUNNING = "running"
LAST = "last_form"  # in the browser session
# Whoever sends these twice has another key by then, or none; each has an answer of its own (docs/decisions/0020).
OTHERWISE = {"account_login", "account_logout", "mfa_authenticate", "login_as", "assumed_session_exit"}


class SentTwiceMiddleware:
    """Comes last, because a form is only remembered once everything else has let it through."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        form = getattr(request, "_form_in_work", None)
        if form is not None:
            if response.has_header("Location"):
                said = [(message.level, str(message.message), message.extra_tags) for message in queued(request)]
                cache.set(form, [response.headers["Location"], said], WITHIN)
                if request.user.is_authenticated:
                    request.session[LAST] = form
            else:
                cache.delete(form)  # nothing was done
        return response

    def process_view(self, request, view, args, kwargs):
        form = form_of(request)
        if form is None or request.resolver_match.view_name in OTHERWISE:
            return None
        until = time.monotonic() + PATIENCE
        while not cache.add(form, RUNNING, WITHIN):
            first = cache.get(form)
            if first == RUNNING:
                if time.monotonic() > until:
                    return still_running(request)
                time.sleep(0.05)
            elif first is not None:
                if request.session.get(LAST, form) != form:
                    break  # another form was sent between: what this one does is wanted once more
                return as_the_first(request, *first)
        request._form_in_work = form
        return None


def form_of(request) -> str | None:
    """Return by what this very form of this very page is known; None if it is not one of a page."""
    token = request.POST.get("csrfmiddlewaretoken", "") if request.method == "POST" else ""
    if len(token) != CSRF_TOKEN_LENGTH or not request.accepts("text/html"):
        return None  # scripts send what they know is the same again
    parts = [str(request.user.pk), request.get_full_path()]
    for name, values in sorted(request.POST.lists()):
        parts += [name, *values]
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            parts += [name, file.name, hashlib.file_digest(file, "sha256").hexdigest()]
            file.seek(0)
    sent = "\0".join(f"{len(part)} {part}" for part in parts)
    return f"form:{salted_hmac('config.sent_twice', sent, algorithm='sha256').hexdigest()}"


def queued(request) -> list[Message]:
    """What the view has said; the storage has no public way to look at it without taking it away."""
    storage: Any = get_messages(request)
    return storage._queued_messages


def as_the_first(request, address: str, said: list):
    """Lead to where the first answer led, with its words unless they wait to be read there already."""
    storage: Any = get_messages(request)
    waiting = storage._loaded_messages
    for level, text, tags in said:
        if Message(level, text, extra_tags=tags) not in waiting:
            add_message(request, level, text, extra_tags=tags)
    return HttpResponseRedirect(address)


def still_running(request):
    sentence = _("It is being worked on. Go back, load the page again in a moment, and see whether it is done.")
    return refusal(request, 409, _("This form was sent already"), sentence)
