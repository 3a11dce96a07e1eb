"""
Cache in Redis, whose faults are CacheUnreachable, an error of the database.

So code that goes on without the cache of the database goes on without this one too; other code fails with 503.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache as DjangoRedisCache
from django.db import OperationalError

ALL = "add get set touch delete get_many set_many delete_many has_key clear"


class CacheUnreachable(OperationalError):
    """The cache can't be reached or refuses; nothing is known about its entries."""


@contextmanager
def converting() -> Iterator[None]:
    """Raise CacheUnreachable instead of errors of Redis."""
    from redis.exceptions import RedisError

    try:
        yield
    except (RedisError, OSError) as error:
        raise CacheUnreachable(f"Redis failed: {type(error).__name__}") from error


def converted(name: str) -> Any:
    """Return a method of the backend that raises CacheUnreachable instead of errors of Redis."""
    method = getattr(DjangoRedisCache, name)

    def run(self: Any, *args: Any, **options: Any) -> Any:
        with converting():
            return method(self, *args, **options)

    run.__name__ = name
    return run


class RedisCache(DjangoRedisCache):
    """Django's backend with one kind of error, and counters that count in one step."""

    for _name in ALL.split():
        vars()[_name] = converted(_name)
    del _name

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Count in one step, because Django's two let a counter that expires between them live for ever."""
        made = self.make_and_validate_key(key, version=version)
        with converting():
            count = self._cache.get_client(made, write=True).eval(COUNT, 1, made, delta)
        if count is None:
            raise ValueError(f"Key {key!r} not found")
        return count

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> Any:
        """Return the timeout in whole seconds, at least 1 if it is in the future: Redis knows no parts of seconds."""
        seconds = super().get_backend_timeout(timeout)
        return 1 if seconds == 0 and timeout not in (None, DEFAULT_TIMEOUT) and timeout > 0 else seconds


COUNT = """
if redis.call('exists', KEYS[1]) == 1 then return redis.call('incrby', KEYS[1], ARGV[1]) end
return false
"""
