"""Table of the cache (config/caching/database.py)."""

from django.db import models


class CacheEntry(models.Model):
    """A cache entry. expires_at is only for finding expired entries; a read checks the signed expiry in `value`."""

    key = models.CharField(max_length=250, primary_key=True)
    value = models.TextField()
    expires_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        default_permissions = ()
