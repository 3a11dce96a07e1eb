"""The module that copies the configured database."""

from __future__ import annotations

from types import ModuleType

from django.db import connection

from . import postgresql, sqlite

ENGINES = {"sqlite": sqlite, "postgresql": postgresql}
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def engine() -> ModuleType:
    return ENGINES[connection.vendor]
