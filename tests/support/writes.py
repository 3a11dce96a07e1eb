"""Recording of writes: the table of each SQL statement that changes data."""

import re
from contextlib import contextmanager

from django.db import connection

WRITE = re.compile(
    r"\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO|TRUNCATE(?:\s+TABLE)?|"
    r"ALTER\s+TABLE|DROP\s+TABLE|WITH\b.*?\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM))\s+\"?(\w+)\"?",
    re.IGNORECASE | re.DOTALL,
)
# Tables that the platform writes about the request: browser session, audit log, counters, the last refusal.
OF_THE_REQUEST = {
    "django_session", "config_cacheentry", "audit_auditevent", "audit_audittext", "accounts_lastrefusal",
}  # fmt: skip


def written_table(sql):
    """Return the table that a statement changes, or None if it only reads."""
    found = WRITE.match(sql)
    return found[1].lower() if found else None


@contextmanager
def watching_writes(allowed=frozenset(OF_THE_REQUEST), *, unless=lambda table: False):
    """Yield a list of the tables written in the block, except for `allowed` and those that `unless` accepts."""
    tables = []

    def watch(execute, sql, params, many, context):
        table = written_table(sql)
        if table and table not in allowed and not unless(table):
            tables.append(table)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield tables
