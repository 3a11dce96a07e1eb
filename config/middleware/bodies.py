"""
Limits for request bodies: too large is refused unread, slow can't take all threads, incomplete changes nothing.

A server thread waits until the sender has finished, and a body that is too long for memory is written to disk. So the
middleware checks the user, the view and the declared length before it reads the first byte.
"""

from contextlib import suppress
from io import IOBase
from threading import BoundedSemaphore

from django.conf import settings
from django.http.request import UnreadablePostError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from config.views import bad_request, error_page

# How many request bodies a process reads at the same time. Their sum is below its number of threads
# (--blocking-threads in the Makefile), so that slow senders can't block pages. Anonymous requests have a number of
# their own, so that they can't stop signed-in users from saving.
FROM_STRANGERS = BoundedSemaphore(6)
FROM_PEOPLE = BoundedSemaphore(7)
LEAVING = BoundedSemaphore(1)  # kept free for exit and sign-out
WAYS_OUT = {"account_logout", "assumed_session_exit"}


class BodyMiddleware:
    """Reads or refuses the body of each request. It runs before CsrfViewMiddleware, which would read any body."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if "Transfer-Encoding" in request.headers:
            return length_required(request)
        length = content_length(request)
        if length <= 0:
            return None
        limit = limit_of(request, view)
        if length > limit:
            return too_large(request, limit)
        waiting = place_to_wait(request)
        if waiting is None:
            return too_busy(request)
        try:
            read(request, length)
        except UnreadablePostError:
            return bad_request(request)
        finally:
            waiting.release()
        return None


def place_to_wait(request) -> BoundedSemaphore | None:
    """Return the acquired semaphore of the request's sender; None if too much is being sent already."""
    places = [FROM_PEOPLE if request.user.is_authenticated else FROM_STRANGERS]
    if request.user.is_authenticated and request.resolver_match.view_name in WAYS_OUT:
        places.append(LEAVING)
    return next((place for place in places if place.acquire(blocking=False)), None)


def content_length(request) -> int:
    """Return the declared length in bytes, as Django parses it: 0 if it isn't a number."""
    try:
        return int(request.META.get("CONTENT_LENGTH", 0))
    except ValueError:
        return 0


def limit_of(request, view) -> int:
    """Return the body's limit in bytes: that of a form, plus that of files if the view accepts them from this user."""
    form = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    uploads = uploads_to(view)
    if uploads is None or not request.user.is_authenticated or request.assumed_session or not uploads.may(request):
        return form
    return form + (uploads.megabytes << 20)


def uploads_to(view):
    """Return the upload rules of a view, from its mark (accepts_uploads) or from the mark of its model admin."""
    marked = getattr(view, "uploads", None)
    return marked or getattr(getattr(view, "model_admin", None), "uploads", None)


def read(request, length: int) -> None:
    """
    Read a form into memory, and files into memory or to disk. Raise UnreadablePostError if the body ends early.

    Without the error, half a form would look like a whole form with empty checkboxes.
    """
    request._stream = body = CountedBody(request._stream)
    if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        try:
            request.POST  # noqa: B018 (reads the files)
        except OSError:
            forget_half_files(request)
            raise
    else:
        request.body  # noqa: B018
    if body.size < length:
        raise UnreadablePostError


def forget_half_files(request) -> None:
    """Delete the temporary files of an upload that failed; Django keeps the last one until its memory is collected."""
    for handler in request.upload_handlers:
        if file := getattr(handler, "file", None):
            with suppress(OSError):  # a full disk refuses once more what was not written yet
                file.close()


class CountedBody(IOBase):
    """A stream that counts the bytes that were read from it."""

    def __init__(self, stream):
        self.stream = stream
        self.size = 0

    def read(self, size=-1):
        data = self.stream.read(size)
        self.size += len(data)
        return data


def length_required(request):
    return refusal(
        request,
        411,
        _("The length is missing"),
        _("What was sent doesn't say how long it is. Send it with a Content-Length. Nothing was changed."),
    )


def too_large(request, limit: int):
    sentence = _(
        "Up to %(limit)s can be sent to this page at once. Send less: a smaller file, fewer files, or a shorter text. "
        "Nothing was changed."
    )
    return refusal(request, 413, _("That is too much at once"), sentence % {"limit": filesizeformat(limit)})


def too_busy(request):
    sentence = _("Too much is being sent to the platform right now. Go back and send it again. Nothing was changed.")
    response = refusal(request, 503, _("Please try again in a moment"), sentence)
    response.headers["Retry-After"] = "5"
    return response


def refusal(request, status: int, title: str, sentence: str):
    return error_page(request, status, template="refused.html", code=status, title=title, sentence=sentence)
