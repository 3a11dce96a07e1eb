"""
Cache in Redis, whose faults are CacheUnreachable, an error of the database.

So code that goes on without the cache of the database goes on without this one too; other code fails with 503.

As in the cache of the database, values are signed for their key, so that nobody who can write to Redis changes the file
of an import between its pages. Counters are plain numbers, which Redis increments itself; expiry is what Redis says.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache as DjangoRedisCache
from django.core.signing import BadSignature, Signer
from django.db import OperationalError

logger = logging.getLogger(__name__)
ALL = "add get set touch delete delete_many has_key clear"
NOTHING = object()


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


class Converting(DjangoRedisCache):
    """Django's backend with one kind of error."""

    for _name in ALL.split():
        vars()[_name] = converted(_name)
    del _name


class RedisCache(Converting):
    """Backend with signed values, and counters that count in one step."""

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        made = self.make_and_validate_key(key, version=version)
        try:
            stored = super().get(key, NOTHING, version=version)
        except ValueError:  # no JSON
            stored = ""
        if stored is NOTHING or type(stored) is int:
            return default if stored is NOTHING else stored
        try:
            signed_key, value = json.loads(signer().unsign(str(stored)))
        except BadSignature:
            signed_key = value = None
        if signed_key != made:
            logger.warning("A cache entry was not signed by this installation for its key, and is ignored: %s", made)
            return default
        return value

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        found = {key: self.get(key, NOTHING, version=version) for key in keys}
        return {key: value for key, value in found.items() if value is not NOTHING}

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        super().set(key, self.signed(key, value, version), timeout, version)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return super().add(key, self.signed(key, value, version), timeout, version)

    def set_many(self, data: dict[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[Any]:
        for key, value in data.items():
            self.set(key, value, timeout, version)
        return []

    def signed(self, key: str, value: Any, version: int | None) -> Any:
        """Return what Redis stores: a counter as it is, anything else signed together with its key."""
        if type(value) is int:
            return value
        return signer().sign(json.dumps([self.make_and_validate_key(key, version=version), value]))

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


def signer() -> Signer:
    return Signer(salt="config.redis_cache")


COUNT = """
if redis.call('exists', KEYS[1]) == 1 then return redis.call('incrby', KEYS[1], ARGV[1]) end
return false
"""
