"""Signal receiver: a sign-in ends an assumed session that the same browser started and lost."""

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils.translation import gettext as _

from . import actions, loader
from .models import Cause
from .replaced_keys import lost_by


@receiver(user_logged_in)
def end_what_was_lost(sender, request, user, **kwargs):
    """End the user's assumed session if the response to its start never reached this browser, and say so."""
    session = lost_by(request, user)
    found = loader.find(session.pk) if session else None
    if found and actions.end(found, Cause.SIGNED_IN_AGAIN):
        said = _("You had started an assumed session from this browser (%(name)s). Signing in again ended it.")
        messages.warning(request, said % {"name": found.target.name if found.target else "–"})
