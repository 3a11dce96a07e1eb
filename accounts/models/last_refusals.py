"""The last request of a user that the platform refused or failed: one row for each user, overwritten each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.dispatch import receiver

from audit import clock
from audit.verification.erasure import personal_data_erased

WRITTEN_EVERY = timedelta(minutes=1)  # for the same kind of refusal of the same page
PATH_LENGTH = 200


class LastRefusal(models.Model):
    """
    What a user's own browser was last refused. It holds no content and no query of the request.

    path: the address of the page; its route, if the address holds more than numbers; "" for a page of the user's own
    account, such as their second factors, because nobody else opens these pages.
    """

    class Kind(models.TextChoices):
        FORBIDDEN = "forbidden"
        OUT_OF_DATE = "out_of_date"  # a form without the browser's CSRF secret
        NO_PAGE = "no_page"
        NO_FILE = "no_file"
        TOO_LARGE = "too_large"
        FORM_ERRORS = "form_errors"
        TOO_MANY = "too_many"
        FAILED = "failed"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    path = models.CharField(max_length=PATH_LENGTH, blank=True)
    status = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.kind} {self.path}"


def keep(*, user_id: int, kind: str, path: str, status: int) -> bool:
    """
    Store the refusal as the user's last one, and return whether it was written.

    The same kind of refusal of the same page is written once in WRITTEN_EVERY, so that a page that is sent again and
    again costs one read.
    """
    now, path = clock.now(), path[:PATH_LENGTH]
    before = LastRefusal.objects.filter(user=user_id).first()
    if before is not None and (before.kind, before.path) == (kind, path) and is_recent(before.at, now):
        return False
    LastRefusal.objects.bulk_create(
        [LastRefusal(user_id=user_id, kind=kind, path=path, status=status, at=now)],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["kind", "path", "status", "at"],
    )
    return True


def is_recent(at: datetime, now: datetime) -> bool:
    """Return whether the time is less than WRITTEN_EVERY ago; a time to come is the error of a clock."""
    return timedelta(0) <= now - at < WRITTEN_EVERY


@receiver(personal_data_erased)
def forget(sender: object, person_id: int, **details: object) -> None:
    """Delete the row of a user whose personal data are erased."""
    LastRefusal.objects.filter(user=person_id).delete()
