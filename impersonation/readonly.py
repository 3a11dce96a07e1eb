"""Looking leaves no footprint: the database itself refuses every write inside the block."""

from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def refusing_writes():
    """
    Make the database refuse writes, by whatever way they come, until the block ends.

    Inside an open transaction, as tests have it, that transaction itself refuses them for the time being.
    """
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
    """A second connection of this thread that can only read: switching `query_only` would forget every statement."""
    writer = connection.connection
    if getattr(connection, "_reader_of", None) is not writer:
        connection._reader = connection.get_new_connection(connection.get_connection_params())
        connection._reader.execute("PRAGMA query_only = ON")
        connection._reader_of = writer
    connection.connection = connection._reader
    try:
        with _without_write_lock():
            yield
    finally:
        connection.connection = writer


@contextmanager
def _sqlite_query_only():
    raw = connection.connection
    raw.execute("PRAGMA query_only = ON")
    try:
        with _without_write_lock():
            yield
    finally:
        raw.execute("PRAGMA query_only = OFF")


@contextmanager
def _without_write_lock():
    """Transactions begin without the write lock, which `query_only` would refuse."""
    begin = connection.transaction_mode
    connection.transaction_mode = None
    try:
        yield
    finally:
        connection.transaction_mode = begin
