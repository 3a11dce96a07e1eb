"""Looking leaves no footprint: the database itself refuses every write inside the block."""

from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def refusing_writes():
    """Make the database refuse writes, by whatever way they come, until the block ends."""
    guard = {"postgresql": _postgresql, "sqlite": _sqlite}[connection.vendor]
    with guard():
        yield


@contextmanager
def _postgresql():
    """One read-only transaction; inside another one (tests), a read-only savepoint."""
    connection.ensure_connection()
    if connection.in_atomic_block:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            yield
        return
    raw = connection.connection
    raw.read_only = True
    try:
        with transaction.atomic():
            yield
    finally:
        if not raw.closed:
            raw.read_only = None


@contextmanager
def _sqlite():
    """`query_only`, with transactions begun without the write lock that it would refuse."""
    begin = connection.transaction_mode
    connection.ensure_connection()
    raw = connection.connection
    raw.execute("PRAGMA query_only = ON")
    connection.transaction_mode = None
    try:
        yield
    finally:
        connection.transaction_mode = begin
        raw.execute("PRAGMA query_only = OFF")
