"""The audit context: who acts now, so that callers don't pass it with each event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Person:
    """A user as the log stores them: the id can't be erased, name and email address can."""

    id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Context:
    """The values that all events of one request or command share."""

    actor: Person | None = None
    target: Person | None = None
    assumed_session: UUID | None = None
    request_id: UUID | None = None
    address: str = ""
    user_agent: str = ""


NOBODY = Context()
_context: ContextVar[Context] = ContextVar("audit_context", default=NOBODY)


def current() -> Context:
    """Return the audit context of the running code."""
    return _context.get()


@contextmanager
def scoped(**fields) -> Iterator[None]:
    """Set fields of the context for the block, and restore them afterwards."""
    token = _context.set(replace(_context.get(), **fields))
    try:
        yield
    finally:
        _context.reset(token)


def identify(*, actor: Person | None, target: Person | None = None, assumed_session: UUID | None = None) -> None:
    """Set who acts for the rest of the surrounding `scoped` block."""
    _context.set(replace(_context.get(), actor=actor, target=target, assumed_session=assumed_session))
