"""Changes of the past: the history of today's changes, moved back in time."""

from datetime import timedelta

from accounts.models import FieldChange


def moved_back(*, days=0, minutes=0):
    """Make every change of the history older, as if this time had passed since."""
    for change in FieldChange.objects.all():
        FieldChange.objects.filter(pk=change.pk).update(at=change.at - timedelta(days=days, minutes=minutes))
