"""Owners who have hidden the first steps on their dashboard."""

from django.conf import settings
from django.db import models


class HiddenFirstSteps(models.Model):
    """A row for each user who has hidden the card of the first steps."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    hidden_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.user_id)
