"""What errors of PostgreSQL's driver mean for the response."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import InterfaceError, OperationalError

# By SQLSTATE: the server stops, starts or has crashed, the connection failed, too many connections or no memory.
# A full disk (53100) is not among them: the server is there, and reads.
GONE = ("57P01", "57P02", "57P03", "57P05", "08", "53000", "532", "533", "534")
# A statement or the wait for a lock took too long, or a deadlock was resolved; the server is there.
TOO_SLOW = ("57014", "55P03", "40P01", "25P03")


def is_gone(error: BaseException | None) -> bool:
    """Return whether the database can't be reached, so that every further question is in vain."""
    return any(
        code is None or code.startswith(GONE) for each, code in driver_errors(error) if is_of_the_connection(each)
    )


def is_too_slow(error: BaseException | None) -> bool:
    """Return whether the database gave up in time, so that a later attempt may succeed."""
    return any(code is not None and code.startswith(TOO_SLOW) for _each, code in driver_errors(error))


def driver_errors(error: BaseException | None) -> Iterator[tuple[BaseException, str | None]]:
    """Yield the errors of PostgreSQL's driver among the causes, with their SQLSTATE; None if no server sent one."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if hasattr(error, "sqlstate") and not isinstance(error, OperationalError | InterfaceError):
            yield error, error.sqlstate
        error = error.__cause__


def is_of_the_connection(error: BaseException) -> bool:
    return {"OperationalError", "InterfaceError"} & {kind.__name__ for kind in type(error).__mro__} != set()
