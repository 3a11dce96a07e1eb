"""
Cache backends without pickle, because whoever can write to the cache must not be able to run code.

Code in the application reads AUDIT_KEYS, so that a pickle in a table that the application's role may write would undo
what docs/audit_grants.sql gives.
"""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache, InvalidCacheKey, memcache_key_warnings
from django.core.signing import BadSignature, Signer
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from audit import clock

from .models import CacheEntry

logger = logging.getLogger(__name__)
TABLE = CacheEntry._meta.db_table
UPSERT = f"""
    INSERT INTO {TABLE} ("key", "value", expires_at) VALUES (%s, %s, %s)
    ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value", expires_at = excluded.expires_at
"""  # noqa: S608 (the name of our own table)


class JSONSerializer:
    """The serializer for Django's Redis backend."""

    def dumps(self, value: Any) -> Any:
        return value if type(value) is int else json.dumps(value).encode()  # Redis itself counts up plain integers

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry holds. expires: seconds since the epoch; None if it never expires."""

    value: Any
    expires: float | None


class DatabaseCache(BaseCache):
    """
    A cache in the table of CacheEntry.

    A value is JSON, signed together with its key and expiry, so that a row that somebody else wrote, copied to another
    key or gave a longer life is ignored. If the database refuses writes (impersonation/readonly.py), nothing is stored.
    """

    def __init__(self, _location: str, params: dict[str, Any]):
        super().__init__(params)

    def validate_key(self, key: str) -> None:
        for warning in memcache_key_warnings(key):
            raise InvalidCacheKey(warning)

    def get_backend_timeout(self, timeout=DEFAULT_TIMEOUT):
        """Return when an entry of this timeout expires, by the clock that all nodes share."""
        expires = super().get_backend_timeout(timeout)
        return None if expires is None else expires + clock.difference().total_seconds()

    def get(self, key, default=None, version=None):
        key = self.make_and_validate_key(key, version=version)
        content = opened(key, CacheEntry.objects.filter(pk=key).values_list("value", flat=True).first())
        return default if content is None else content.value

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        key = self.make_and_validate_key(key, version=version)
        content = Content(value, self.get_backend_timeout(timeout))
        with unless_refused():
            self.cull()
            put(key, content)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        key = self.make_and_validate_key(key, version=version)
        content = Content(value, self.get_backend_timeout(timeout))
        with unless_refused():
            self.cull()
            if put(key, content, f"WHERE {TABLE}.expires_at <= %s", adapted(clock.seconds())):
                return True
            found = CacheEntry.objects.filter(pk=key).values_list("value", flat=True).first()
            if found is not None and opened(key, found) is None:
                # A row that isn't ours must not keep a lock or a counter from being set.
                return put(key, content, f'WHERE {TABLE}."value" = %s', found)
        return False

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        key = self.make_and_validate_key(key, version=version)
        with unless_refused(), changing(key) as content:
            if content is not None:
                put(key, Content(content.value, self.get_backend_timeout(timeout)))
                return True
        return False

    def incr(self, key, delta=1, version=None):
        made = self.make_and_validate_key(key, version=version)
        with unless_refused(), changing(made) as content:
            if content is None:
                raise ValueError(f"Key {key!r} not found")
            put(made, Content(content.value + delta, content.expires))
            return content.value + delta
        return self.get(key, 0, version=version) + delta

    def delete(self, key, version=None):
        key = self.make_and_validate_key(key, version=version)
        with unless_refused():
            return bool(CacheEntry.objects.filter(pk=key).delete()[0])
        return False

    def clear(self):
        with unless_refused():
            CacheEntry.objects.all().delete()

    def delete_expired(self) -> None:
        """Delete what is no longer read; the cache does so without being asked only if it is full."""
        with unless_refused():
            delete_unlocked(CacheEntry.objects.filter(expires_at__lte=clock.now()))

    def cull(self) -> None:
        """Make room once there are more than MAX_ENTRIES: expired entries go, then those that expire first."""
        if CacheEntry.objects.count() < self._max_entries:
            return
        self.delete_expired()
        count = CacheEntry.objects.count()
        if count >= self._max_entries:
            share = count // self._cull_frequency if self._cull_frequency else count
            delete_unlocked(CacheEntry.objects.order_by(F("expires_at").asc(nulls_last=True), "pk"), share)


def delete_unlocked(entries, at_most: int | None = None) -> None:
    """Delete entries that nobody else is changing or deleting, so that processes that clean up don't deadlock."""
    with transaction.atomic():
        # A list, because PostgreSQL may run a subquery with LIMIT and SKIP LOCKED once for each row that it looks at.
        found = list(entries.select_for_update(skip_locked=True).values_list("pk", flat=True)[:at_most])
        CacheEntry.objects.filter(pk__in=found).delete()


def opened(key: str, stored: str | None) -> Content | None:
    """Return what a stored value holds; None if it is missing, expired, or wasn't signed for this key."""
    if stored is None:
        return None
    try:
        signed_key, expires, value = json.loads(signer().unsign(stored))
    except BadSignature:
        signed_key = None
    if signed_key != key:
        logger.warning("A cache entry was not signed by this installation for its key, and is ignored: %s", key)
        return None
    return None if expires is not None and expires <= clock.seconds() else Content(value, expires)


def put(key: str, content: Content, condition: str = "", *params: Any) -> bool:
    """Insert the entry, or replace the one that is there if the condition holds, in one statement; whether it did."""
    text = signer().sign(json.dumps([key, content.expires, content.value]))
    with connection.cursor() as cursor:
        cursor.execute(UPSERT + condition, [key, text, adapted(content.expires), *params])
        return bool(cursor.rowcount)


def signer() -> Signer:
    return Signer(salt="config.cache")


def adapted(seconds: float | None) -> Any:
    """A time as a parameter of a statement."""
    at = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return connection.ops.adapt_datetimefield_value(at)


@contextmanager
def changing(key: str):
    """The content of an entry, whose row is locked until the block ends."""
    with transaction.atomic():
        stored = CacheEntry.objects.select_for_update().filter(pk=key).values_list("value", flat=True).first()
        yield opened(key, stored)


@contextmanager
def unless_refused():
    """A write that does nothing where the database refuses writes, as it does while a page is only looked at."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        if not is_refusal(error.__cause__):
            raise


def is_refusal(error: BaseException | None) -> bool:
    """Whether a driver's error says that the transaction may only read."""
    return getattr(error, "sqlstate", None) == "25006" or getattr(error, "sqlite_errorname", "") == "SQLITE_READONLY"
