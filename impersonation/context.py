"""What templates know of assumed sessions beyond the request itself."""

from .models import Cause


def sign_in_notice(request):
    """The sentence for `?ended=…`, with which the sign-in page says why one has to sign in again."""
    cause = request.GET.get("ended")
    return {"sign_in_notice": Cause(cause).label if cause in Cause.values else ""}
