"""
Deduplication of forms: one sent twice (second click, reload) runs once and gets the same answer (docs/decisions/0021).

The CSRF token identifies the page, because each rendering has a different one. So the same token, address and content
mean the same form again, and never a user who wants to do the same thing a second time.
"""

import hashlib
import logging
import time
from typing import Any

from django.contrib.messages import add_message, get_messages
from django.contrib.messages.storage.base import Message
from django.core.cache import cache
from django.http import HttpResponseRedirect
from django.middleware.csrf import CSRF_TOKEN_LENGTH
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from config.caching.redis import CacheUnreachable

from .bodies import refusal

logger = logging.getLogger(__name__)
WITHIN = 60  # seconds
PATIENCE = 20  # seconds that the second request waits for the first one's answer
RUNNING = "running"
LAST = "last_form"  # in the browser session
# When these are sent twice, the second has another session key or none; each handles that itself (docs/decisions/0020).
OTHERWISE = {"account_login", "account_logout", "mfa_authenticate", "login_as", "assumed_session_exit"}


class SentTwiceMiddleware:
    """Remembers forms and their answers. It comes last, so that it only sees forms that all others let through."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        form = getattr(request, "_form_in_work", None)
        if form is not None:
            try:
                remember(request, form, response)
            except CacheUnreachable:  # what the form did stays done
                logger.exception("The answer to a form can't be remembered")
        return response

    def process_view(self, request, view, args, kwargs):
        form = form_of(request)
        if form is None or request.resolver_match.view_name in OTHERWISE:
            return None
        try:
            return self.answer_of_first(request, form)
        except CacheUnreachable:  # people who are signed in go on, and a second click runs twice
            logger.exception("Whether a form was sent before can't be known")
            return None

    def answer_of_first(self, request, form):
        """Return the answer to the same form sent before, or None if this one is the first."""
        until, has_waited = time.monotonic() + PATIENCE, False
        while not cache.add(form, RUNNING, WITHIN):
            first = cache.get(form)
            if first == RUNNING:
                if time.monotonic() > until:
                    return still_running(request)
                has_waited = True
                time.sleep(0.05)
            elif first is not None:
                # After a wait the session is older than the first answer, and names a form before it.
                if not has_waited and request.session.get(LAST, form) != form:
                    break  # another form was sent in between, so the user wants this one again
                return as_the_first(request, *first)
        request._form_in_work = form
        return None


def remember(request, form: str, response) -> None:
    """Remember where the form led, or forget the form if it led nowhere."""
    if response.has_header("Location"):
        said = [(message.level, str(message.message), message.extra_tags) for message in queued(request)]
        cache.set(form, [response.headers["Location"], said], WITHIN)
        if request.user.is_authenticated:
            request.session[LAST] = form
    else:
        cache.delete(form)  # the form did nothing


def form_of(request) -> str | None:
    """Return the cache key of this form of this page; None if the request isn't a form of a page."""
    token = request.POST.get("csrfmiddlewaretoken", "") if request.method == "POST" else ""
    if len(token) != CSRF_TOKEN_LENGTH or not request.accepts("text/html"):
        return None  # scripts mark their own repetitions
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
    """Return the messages that the view added; the storage has no public way to read them without removing them."""
    storage: Any = get_messages(request)
    return storage._queued_messages


def as_the_first(request, address: str, said: list):
    """Redirect like the first answer, and add its messages unless they are still waiting to be shown."""
    storage: Any = get_messages(request)
    waiting = storage._loaded_messages
    for level, text, tags in said:
        if Message(level, text, extra_tags=tags) not in waiting:
            add_message(request, level, text, extra_tags=tags)
    return HttpResponseRedirect(address)


def still_running(request):
    sentence = _("It is being worked on. Go back, load the page again in a moment, and see whether it is done.")
    return refusal(request, 409, _("This form was sent already"), sentence)
