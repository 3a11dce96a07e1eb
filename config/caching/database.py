"""
Cache backends without pickle, so that an attacker who can write to the cache can't run code.

The application's code can read AUDIT_KEYS. If the cache used pickle, a database role that may write to its table could
run code, and the grants of docs/reference/audit_grants.sql would protect nothing.
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
from audit.statements import Parameter, Statement
from config.models import CacheEntry

logger = logging.getLogger(__name__)
TABLE = CacheEntry._meta.db_table
UPSERT = f"""
    INSERT INTO {TABLE} ("key", "value", expires_at) VALUES (%s, %s, %s)
    ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value", expires_at = excluded.expires_at
"""  # noqa: S608 (the name of our own table)


STORED = Statement(
    lambda: CacheEntry.objects.filter(pk=Parameter("key", CacheEntry._meta.pk)).order_by().values_list("value")
)


class JSONSerializer:
    """JSON serializer for Django's Redis backend."""

    def dumps(self, value: Any) -> Any:
        return value if type(value) is int else json.dumps(value).encode()  # Redis increments plain integers

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


@dataclass(frozen=True, slots=True)
class Content:
    """The content of an entry. expires: seconds since the epoch; None if the entry never expires."""

    value: Any
    expires: float | None


class DatabaseCache(BaseCache):
    """
    Cache backend that stores its entries in the table of CacheEntry.

    A value is JSON and is signed together with its key and expiry. A row that somebody else wrote, copied to another
    key or extended is ignored. If the database refuses writes (impersonation/readonly.py), the cache stores nothing.
    """

    def __init__(self, _location: str, params: dict[str, Any]):
        super().__init__(params)

    def validate_key(self, key: str) -> None:
        for warning in memcache_key_warnings(key):
            raise InvalidCacheKey(warning)

    def get_backend_timeout(self, timeout=DEFAULT_TIMEOUT):
        """Return the expiry for a timeout in seconds, as seconds since the epoch by the clock that all nodes share."""
        expires = super().get_backend_timeout(timeout)
        return None if expires is None else expires + clock.difference().total_seconds()

    def get(self, key, default=None, version=None):
        key = self.make_and_validate_key(key, version=version)
        content = next((opened(key, stored) for (stored,) in STORED.rows(key=key)), None)
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
                # A row with a wrong signature must not block a lock or a counter.
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
        """Delete expired entries. The cache itself calls this only when it is full."""
        with unless_refused():
            delete_unlocked(CacheEntry.objects.filter(expires_at__lte=clock.now()))

    def cull(self) -> None:
        """Delete expired entries if the cache holds MAX_ENTRIES, then those that expire first if it is still full."""
        if CacheEntry.objects.count() < self._max_entries:
            return
        self.delete_expired()
        count = CacheEntry.objects.count()
        if count >= self._max_entries:
            share = count // self._cull_frequency if self._cull_frequency else count
            delete_unlocked(CacheEntry.objects.order_by(F("expires_at").asc(nulls_last=True), "pk"), share)


def delete_unlocked(entries, at_most: int | None = None) -> None:
    """Delete entries that no other transaction has locked, so that two processes that clean up don't deadlock."""
    with transaction.atomic():
        # A list, because PostgreSQL may run a subquery with LIMIT and SKIP LOCKED once for each row that it scans.
        found = list(entries.select_for_update(skip_locked=True).values_list("pk", flat=True)[:at_most])
        CacheEntry.objects.filter(pk__in=found).delete()


def opened(key: str, stored: str | None) -> Content | None:
    """Return the content of a stored value; None if the value is missing, expired or not signed for this key."""
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
    """Insert the entry, or replace the existing one if the SQL condition holds. Return whether a row was written."""
    text = signer().sign(json.dumps([key, content.expires, content.value]))
    with connection.cursor() as cursor:
        cursor.execute(UPSERT + condition, [key, text, adapted(content.expires), *params])
        return bool(cursor.rowcount)


def signer() -> Signer:
    return Signer(salt="config.cache")


def adapted(seconds: float | None) -> Any:
    """Return a time (seconds since the epoch) as a parameter of a SQL statement."""
    at = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return connection.ops.adapt_datetimefield_value(at)


@contextmanager
def changing(key: str):
    """Yield the content of an entry, with its row locked until the block ends."""
    with transaction.atomic():
        stored = CacheEntry.objects.select_for_update().filter(pk=key).values_list("value", flat=True).first()
        yield opened(key, stored)


@contextmanager
def unless_refused():
    """Roll back the block without an error if the database refuses writes, as it does during a read-only request."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        if not is_refusal(error.__cause__):
            raise


def is_refusal(error: BaseException | None) -> bool:
    """Return whether a driver's error says that the transaction is read-only."""
    return getattr(error, "sqlstate", None) == "25006" or getattr(error, "sqlite_errorname", "") == "SQLITE_READONLY"
