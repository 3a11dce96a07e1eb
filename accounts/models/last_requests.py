"""When the browser of a user was last here: one row for each user, written every ten minutes at most."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db import models
from django.dispatch import receiver

from audit import clock
from audit.verification.erasure import personal_data_erased

WRITTEN_EVERY = 10 * 60  # seconds
KEPT_AT = "last_request_kept_at"  # in the browser session, so that most requests ask the database nothing


class LastRequest(models.Model):
    """The time of a user's last request, to WRITTEN_EVERY. A sign-in is not kept here: `last_login` says it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.at)


def keep(user_id: int, session) -> bool:
    """
    Store that the user is here, and return whether it was written.

    The session says when it was the last time. One that says nothing is from before this was kept, or was just made for
    an assumed session: nothing is kept.
    """
    now = clock.now()
    if KEPT_AT not in session or 0 <= now.timestamp() - session[KEPT_AT] < WRITTEN_EVERY:
        return False
    LastRequest.objects.bulk_create(
        [LastRequest(user_id=user_id, at=now)], update_conflicts=True, unique_fields=["user"], update_fields=["at"]
    )
    session[KEPT_AT] = now.timestamp()
    return True


def last_seen(user) -> datetime | None:
    """Return when the user's browser was last here, to WRITTEN_EVERY; None if the user never signed in."""
    kept = LastRequest.objects.filter(user=user.pk).values_list("at", flat=True).first()
    return max((at for at in (kept, user.last_login) if at), default=None)


@receiver(user_logged_in)
def begin(sender: object, request, **details: object) -> None:
    """Note in the new session that the sign-in says when the user was here."""
    if request is not None and hasattr(request, "session"):
        request.session[KEPT_AT] = clock.now().timestamp()


@receiver(personal_data_erased)
def forget(sender: object, person_id: int, **details: object) -> None:
    """Delete the row of a user whose personal data are erased."""
    LastRequest.objects.filter(user=person_id).delete()
