"""Caches: counters of rate limits, locks of forms and files of imports, which all nodes share."""

from importlib.util import find_spec
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from config.environment import env

# Seconds after which Redis counts as unreachable. A page asks it a few times.
REDIS_SECONDS = 1


def from_environment() -> dict[str, dict[str, Any]]:
    """Return the setting CACHES: the database, or Redis."""
    # No pickle: Django's own database cache and Redis serializer would run code that somebody else wrote there.
    environ.Env.CACHE_SCHEMES["dbcache"] = "config.caching.database.DatabaseCache"
    default = env.cache("CACHE_URL", default="dbcache://")
    options = default.setdefault("OPTIONS", {})
    if default["BACKEND"].endswith("RedisCache"):
        if not find_spec("redis"):
            raise ImproperlyConfigured("CACHE_URL names Redis, which needs the package of the extra redis: redis.")
        if not isinstance(default["LOCATION"], str) or "," in default["LOCATION"]:
            # Django reads from the others, which lag behind: limits and locks wouldn't hold.
            raise ImproperlyConfigured("CACHE_URL names one Redis server, and none that only repeats another.")
        default["BACKEND"] = "config.caching.redis.RedisCache"
        options.setdefault("serializer", "config.caching.database.JSONSerializer")
        options.setdefault("socket_timeout", REDIS_SECONDS)
        options.setdefault("socket_connect_timeout", REDIS_SECONDS)
    elif default["BACKEND"].endswith("DatabaseCache"):
        # The cache holds rate limit counters and uploads; with Django's limit of 300 entries it would drop live ones.
        options.setdefault("MAX_ENTRIES", 10_000)
    return {"default": default}
