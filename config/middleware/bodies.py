"""
Bodies of requests: too large ones are refused unread, slow ones never take the last threads, half ones do nothing.

A thread of the server waits for as long as a sender takes, and whatever is longer than memory should hold is written
to disk. So it is asked who sends, where to, and how much, before the first byte is read.
"""

from io import IOBase
from threading import BoundedSemaphore

from django.conf import settings
from django.http.request import UnreadablePostError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from config.views import bad_request, error_page

# How many bodies a process waits for at once. Both together stay below its threads (--blocking-threads in the
# Makefile), so that slow senders never keep anybody from a page; nor do strangers keep people from saving.
FROM_STRANGERS = BoundedSemaphore(6)
FROM_PEOPLE = BoundedSemaphore(8)


class BodyMiddleware:
    """Reads the body of each request, or refuses it; comes before CsrfViewMiddleware, which reads from anybody."""

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
        waiting = FROM_PEOPLE if request.user.is_authenticated else FROM_STRANGERS
        if not waiting.acquire(blocking=False):
            return too_busy(request)
        try:
            read(request, length)
        except UnreadablePostError:
            return bad_request(request)
        finally:
            waiting.release()
        return None


def content_length(request) -> int:
    """Return the length in bytes that the sender declares, as Django reads it: 0 if that is no number."""
    try:
        return int(request.META.get("CONTENT_LENGTH", 0))
    except ValueError:
        return 0


def limit_of(request, view) -> int:
    """Return how many bytes the request may have: those of a form, and of files where the view says so."""
    form = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    uploads = uploads_to(view)
    if uploads is None or not request.user.is_authenticated or request.assumed_session or not uploads.may(request):
        return form
    return form + (uploads.megabytes << 20)


def uploads_to(view):
    """Return what a view says of the files it takes: by its mark (accepts_uploads), or by that of its admin class."""
    marked = getattr(view, "uploads", None)
    return marked or getattr(getattr(view, "model_admin", None), "uploads", None)


def read(request, length: int) -> None:
    """
    Read the body: a form into memory, files into memory or to disk. Raise UnreadablePostError if it ends early.

    Half a form reads like a whole one in which the boxes of the other half are not ticked.
    """
    request._stream = body = CountedBody(request._stream)
    if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        request.POST  # noqa: B018 (reads the files)
    else:
        request.body  # noqa: B018
    if body.size < length:
        raise UnreadablePostError


class CountedBody(IOBase):
    """A body that knows how many bytes have come."""

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
