"""The table of the cache (config/cache.py)."""

from django.db import models


class CacheEntry(models.Model):
    """One value of the cache. expires_at finds expired entries; when reading, the signed expiry in `value` counts."""

    key = models.CharField(max_length=250, primary_key=True)
    value = models.TextField()
    expires_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        default_permissions = ()
