"""Long work in a request, such as an import or an export: its statements may take longer than those of a page."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

Step = TypeVar("Step")


def patient() -> AbstractContextManager[None]:
    """Give the statements of the block the limits of long work, if the database has limits (config/postgresql/)."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    return database.patient() if hasattr(database, "patient") else nullcontext()


def patiently(steps: Iterable[Step]) -> Generator[Step, None, None]:
    """Yield the steps of long work under its limits, which end with the work, or when the generator is closed."""
    with patient():
        try:
            yield from steps
        finally:
            close(steps)


def close(steps: Iterable[Any]) -> None:
    """Close a generator where it waits, so that its transaction ends before the limits do."""
    if isinstance(steps, Iterator) and hasattr(steps, "close"):
        steps.close()
