"""Flush of the audit log for the test runner: the only code that bypasses the triggers, and only in tests."""

from django.db import transaction
from django.db.backends.base.operations import BaseDatabaseOperations

from audit import triggers

flush = BaseDatabaseOperations.execute_sql_flush


def flush_around_the_triggers(operations, sql_list):
    if not sql_list:
        return
    with transaction.atomic(using=operations.connection.alias):
        triggers.drop(operations.connection)
        flush(operations, sql_list)
        triggers.create(operations.connection)


def install():
    BaseDatabaseOperations.execute_sql_flush = flush_around_the_triggers
