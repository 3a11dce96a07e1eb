"""System checks: settings that no deployment may have, and what may be used as a cache."""

from django.conf import settings
from django.core.checks import Error, Tags, register

OURS = "config.cache.DatabaseCache"
REDIS = "django.core.cache.backends.redis.RedisCache"
LOCAL = "django.core.cache.backends.locmem.LocMemCache"
SERIALIZER = "config.cache.JSONSerializer"


@register(Tags.security)
def caches_without_pickle(app_configs, **kwargs):
    """Whoever can write to a cache that unpickles runs code here; one of each process counts no throttles."""
    return [
        Error(
            f"The cache {alias!r} can't be {cache['BACKEND']}: CACHE_URL is dbcache:// (the database) or redis://….",
            hint="Others unpickle what they read, so that whoever can write there runs code, or aren't shared.",
            id="config.E001",
        )
        for alias, cache in settings.CACHES.items()
        if not is_allowed(cache)
    ]


def is_allowed(cache) -> bool:
    if cache["BACKEND"] == REDIS:
        return cache.get("OPTIONS", {}).get("serializer") == SERIALIZER
    return cache["BACKEND"] == OURS or (cache["BACKEND"] == LOCAL and settings.DEBUG)


@register(Tags.security, deploy=True)
def plain_http_off(app_configs, **kwargs):
    """Return an error if sessions travel unencrypted."""
    if not settings.PLAIN_HTTP:
        return []
    message = "PLAIN_HTTP or DEBUG is on: passwords and sessions travel unencrypted."
    return [Error(message, hint="Both are for one machine only; turn them off.", id="config.E002")]
