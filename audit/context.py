"""Who acts right now, so that an event needs no telling."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the log knows them: the id for ever, name and e-mail address until erased."""

    id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Context:
    """What the events of one request or command have in common."""

    actor: Person | None = None
    target: Person | None = None
    assumed_session: UUID | None = None
    request_id: UUID | None = None
    address: str = ""
    user_agent: str = ""


NOBODY = Context()
_context: ContextVar[Context] = ContextVar("audit_context", default=NOBODY)


def current() -> Context:
    return _context.get()


@contextmanager
def scoped(**fields) -> Iterator[None]:
    """Sets fields of the context for a block; what was before returns afterwards."""
    token = _context.set(replace(_context.get(), **fields))
    try:
        yield
    finally:
        _context.reset(token)


def identify(*, actor: Person | None, target: Person | None = None, assumed_session: UUID | None = None) -> None:
    """Names who acts for the rest of the surrounding `scoped` block."""
    _context.set(replace(_context.get(), actor=actor, target=target, assumed_session=assumed_session))
