"""What templates know of assumed sessions beyond the request itself."""

from django.utils.functional import SimpleLazyObject

from .models import Cause
from .notices import unseen


def sign_in_notice(request):
    """The sentence for `?ended=…`, with which the sign-in page says why one has to sign in again."""
    cause = request.GET.get("ended")
    return {"sign_in_notice": Cause(cause).label if cause in Cause.values else ""}


def unseen_visits(request):
    """What the dashboard tells the person about visits to their account; asked only by the page that shows it."""
    return {"unseen_visits": SimpleLazyObject(lambda: unseen(request))}
