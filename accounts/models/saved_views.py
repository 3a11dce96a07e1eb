"""Named views of User Management: what somebody searches and filters often."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from accounts.visible_text import NameField
from audit.verification.erasure import personal_data_erased

from .organisation import no_nul

MOST = 20  # views of one user
LONGEST = 600  # characters of a query string


class SavedView(models.Model):
    """A view of one user. query: the query string of the list, as `UserListForm.address` spells it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = NameField(_("name"), max_length=40, validators=[no_nul])
    query = models.CharField(max_length=LONGEST)

    class Meta:
        default_permissions = ()
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_view_has_one_name")]

    def __str__(self):
        return self.name


@receiver(personal_data_erased)
def forget(sender: object, person_id: int, **details: object) -> None:
    """Delete the views of a user whose personal data are erased."""
    SavedView.objects.filter(user=person_id).delete()
