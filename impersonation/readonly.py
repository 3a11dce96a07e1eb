"""Read-only guard: the database refuses every write while a safe view runs in an assumed session."""

import weakref
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction


@contextmanager
def refusing_writes():
    """Make the database refuse all writes until the block ends; in tests, which have an open transaction, too."""
    connection.ensure_connection()
    guards = {
        ("postgresql", False): _postgresql_transaction,
        ("postgresql", True): _postgresql_savepoint,
        ("sqlite", False): _sqlite_reader,
        ("sqlite", True): _sqlite_query_only,
    }
    with guards[connection.vendor, connection.in_atomic_block]():
        yield


@contextmanager
def _postgresql_transaction():
    raw = connection.connection
    raw.read_only = True
    try:
        with transaction.atomic():
            yield
    finally:
        if not raw.closed:
            raw.read_only = None


@contextmanager
def _postgresql_savepoint():
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


@contextmanager
def _sqlite_reader():
    """Use a second, read-only connection of this thread; switching `query_only` would drop all prepared statements."""
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    writer = wrapper.connection
    if getattr(wrapper, "_reader_of", None) is not writer:
        _open_reader(wrapper)
    begin = wrapper.transaction_mode
    wrapper.connection = wrapper._reader
    wrapper.transaction_mode = None  # begin without the write lock, which `query_only` would refuse
    try:
        yield
    finally:
        wrapper.connection = writer
        wrapper.transaction_mode = begin


def _open_reader(wrapper: Any):
    """Open the reader of this connection; it is closed when the next one is opened, or with the thread."""
    if hasattr(wrapper, "_close_reader"):
        wrapper._close_reader()
    wrapper._reader = wrapper.get_new_connection(wrapper.get_connection_params())
    wrapper._reader.execute("PRAGMA query_only = ON")
    wrapper._reader_of = wrapper.connection
    wrapper._close_reader = weakref.finalize(wrapper, wrapper._reader.close)


@contextmanager
def _sqlite_query_only():
    raw = connection.connection
    with transaction.atomic():
        raw.execute("PRAGMA query_only = ON")
        try:
            yield
        finally:
            raw.execute("PRAGMA query_only = OFF")
