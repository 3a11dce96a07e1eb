"""Installations in tests that are processes: each with a database, uploads and anchors of its own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import postgres
import psycopg
from django.db import connection

from config.settings import BASE_DIR

KEY = "only for tests; nothing is kept under it"
TOOLS = str(postgres.binaries()) if connection.vendor == "postgresql" else ""


@dataclass
class Installation:
    """A database, uploads and anchors, and the environment of processes that use them."""

    url: str
    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def anchors(self) -> Path:
        return self.folder / "anchors"

    @property
    def uploads(self) -> Path:
        return self.folder / "uploads"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        return inherited | {
            "SECRET_KEY": KEY, "AUDIT_KEYS": f"k1:{KEY}", "SECOND_FACTOR_KEYS": f"k1:{KEY}", "DEBUG": "on",
            "SITE_URL": "http://localhost", "DATABASE_URL": self.url, "AUDIT_ANCHOR_FILE": str(self.anchors),
            "UPLOADS_OF_TEST": str(self.uploads), "DJANGO_SETTINGS_MODULE": "tests.support.installation_settings",
            "PATH": os.pathsep.join(filter(None, (TOOLS, os.environ["PATH"]))),
        } | self.more  # fmt: skip

    def manage(self, *words: object, **options) -> subprocess.CompletedProcess:
        """Run a command of manage.py, and return its exit code and what it printed."""
        command = [sys.executable, "manage.py", *map(str, words)]
        options = {"cwd": BASE_DIR, "env": self.environment, "capture_output": True, "text": True} | options
        return subprocess.run(command, **options)

    def run(self, *words: object, **options) -> str:
        """Run a command of manage.py that must succeed, and return its output."""
        done = self.manage(*words, **options)
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
        return done.stdout

    def python(self, code: str) -> str:
        """Run Python within the installation, and return its output."""
        return self.run("shell", "--no-imports", "-c", code)

    def rows(self, sql: str) -> list[tuple]:
        """Return the rows of a statement, or none if it returns nothing; what it changes is committed."""
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as database:
                found = database.execute(sql).fetchall()
                database.commit()
                return found
        with psycopg.connect(self.url, autocommit=True) as database:
            cursor = database.execute(sql)
            return cursor.fetchall() if cursor.description else []


def database_url(name: str, user: str = "") -> str:
    """Return the address of another database of the cluster under test, for another role if one is named."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    place = f"{user}@{parts.netloc.rpartition('@')[2]}" if user else parts.netloc
    return parts._replace(netloc=place, path=f"/{name}").geturl()


def of_cluster(sql: str) -> None:
    """Run a statement in the cluster under test, outside any transaction."""
    with psycopg.connect(database_url("postgres"), autocommit=True) as database:
        database.execute(sql)


@contextmanager
def installation(folder: Path, name: str, *, owner: str = "") -> Iterator[Installation]:
    """Yield an installation with an empty database, which goes when the block ends. owner: its role on PostgreSQL."""
    folder = folder / name
    folder.mkdir()
    if connection.vendor == "sqlite":
        yield Installation(f"sqlite:///{folder / 'database.sqlite3'}", folder)
        return
    database = f"standin_{name}_{os.getpid()}"
    of_cluster(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    of_cluster(f"CREATE DATABASE {database}" + (f" OWNER {owner}" if owner else ""))
    try:
        yield Installation(database_url(database, owner), folder)
    finally:
        of_cluster(f"DROP DATABASE {database} WITH (FORCE)")
