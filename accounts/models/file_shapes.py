"""The shapes of files that a company imports, with what its people said about their columns."""

from django.conf import settings
from django.db import models


class FileShape(models.Model):
    """
    What was said about files with the same headings.

    shape: the SHA-256 of the headings. mapping: the JSON of a `Mapping` of the import.
    """

    shape = models.CharField(max_length=64, primary_key=True)
    mapping = models.JSONField()
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.shape
