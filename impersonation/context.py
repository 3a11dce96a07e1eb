"""What templates know of assumed sessions beyond the request itself."""

from django.utils.functional import SimpleLazyObject
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .models import Cause
from .notices import unseen

NOTHING_SAVED = _("What had not been sent before was not saved.")


def sign_in_notice(request):
    """The sentence for `?ended=…`, with which the sign-in page says why one has to sign in again."""
    cause = request.GET.get("ended")
    if cause not in Cause.values:
        return {"sign_in_notice": ""}
    if cause in (Cause.EXIT, Cause.SIGNED_OUT):
        return {"sign_in_notice": Cause(cause).label}
    return {"sign_in_notice": format_lazy("{} {}", Cause(cause).label, NOTHING_SAVED)}


def unseen_visits(request):
    """What the dashboard tells the person about visits to their account; asked only by the page that shows it."""
    return {"unseen_visits": SimpleLazyObject(lambda: unseen(request))}
