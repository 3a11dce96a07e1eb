"""Backup and restore of a PostgreSQL database by its own tools: pg_dump, pg_restore and psql, found on PATH."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.db import DatabaseError, connection
from django.db.backends.postgresql.client import DatabaseClient

from . import facts
from .errors import BackupError

PART = "database.pgdump"
WAITS = "10s"  # for servers that use a table
NOT_DUMPED = ("--no-owner", "--no-comments", "--no-publications", "--no-subscriptions", "--no-security-labels")
# The snapshot stays open while pg_dump reads it, however long that takes.
NO_LIMITS = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
ROLES = f"""
    SELECT DISTINCT grantee FROM information_schema.role_table_grants
    WHERE table_schema = 'public' AND table_name = '{facts.EVENTS}' AND grantee NOT IN (
        SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename = '{facts.EVENTS}'
    ) AND grantee <> 'PUBLIC' ORDER BY grantee
"""  # noqa: S608 (the name of our own table)
# Tables take their sequences, indexes and triggers along. Extensions and what belongs to them stay.
EMPTY = f"""
SET LOCAL lock_timeout = '{WAITS}';
DO $$
DECLARE each record;
BEGIN
    FOR each IN SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE 'DROP TABLE ' || each.name || ' CASCADE';
    END LOOP;
    FOR each IN
        SELECT p.oid::regprocedure AS name FROM pg_proc AS p
        WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE 'DROP ROUTINE ' || each.name || ' CASCADE';
    END LOOP;
END $$;
"""  # noqa: S608 (a number of our own)
IN_ONE_TRANSACTION = ("--single-transaction", "--set=ON_ERROR_STOP=1")
AS_BEFORE = "\nSELECT pg_catalog.set_config('search_path', 'public', false);\n"


@contextmanager
def snapshot(folder: Path) -> Iterator[facts.Snapshot]:
    """Dump the database as it is now to a file in the folder, and yield the dump with the rows of the same moment."""
    version_fits(server_version())
    path, reader = folder / PART, connection.copy()
    try:
        with reader.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(NO_LIMITS)
            cursor.execute("SELECT pg_export_snapshot()")
            [name] = cursor.fetchone()
            run("pg_dump", "--format=custom", *NOT_DUMPED, f"--snapshot={name}", f"--file={path}", "--no-password")

            def rows(sql: str) -> facts.Rows:
                cursor.execute(sql)
                return cursor.fetchall()

            yield facts.Snapshot(path, rows, [role for (role,) in rows(ROLES)], server_version())
    except DatabaseError as error:
        raise BackupError(f"The database can't be read: {error}") from error
    finally:
        reader.close()


def check(path: Path, head: dict | None) -> None:
    """Raise BackupError unless pg_restore can read all of the dump, and finds the audit log in it."""
    contents = run("pg_restore", "--list", str(path))
    if f"TABLE DATA public {facts.EVENTS} " not in contents:
        raise BackupError("The dump of the database holds no audit log. Make another backup.")
    run("pg_restore", f"--file={os.devnull}", str(path))


def refusal(manifest: dict[str, Any]) -> str:
    """Return why the backup can't be restored into this database; "" if it can."""
    here = server_version()
    if here < manifest["server"]:
        return (
            f"The backup is of PostgreSQL {manifest['server']}, and this server is PostgreSQL {here}, which is older."
        )
    version_fits(max(here, manifest["server"]))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, has_schema_privilege('public', 'CREATE'), COALESCE(bool_and(pg_has_role(tableowner, "
            "'USAGE')), true) FROM pg_tables WHERE schemaname = 'public'"
        )
        user, may_create, owns_all = cursor.fetchone()
    if may_create and owns_all:
        return ""
    return f"The role {user!r} may not replace the tables. Sign in as their owner, who runs migrate."


def restore(path: Path, settle: list[str]) -> None:
    """Replace the content of the database by that of the dump, changed by the statements; all of it, or nothing."""
    connection.close()
    psql = subprocess.Popen(
        ["psql", *IN_ONE_TRANSACTION, "--no-psqlrc", "--quiet", "--no-password", "--file=-"],
        env=environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert psql.stdin is not None
    assert psql.stderr is not None
    done = False
    try:
        psql.stdin.write(EMPTY.encode())
        write_script(path, psql.stdin)
        psql.stdin.write((AS_BEFORE + "".join(f"{statement};\n" for statement in settle)).encode())
        psql.stdin.close()
        done = True
    except BrokenPipeError:
        pass  # psql has stopped, and says why
    finally:
        if not done and psql.poll() is None:
            psql.terminate()  # without a commit
    said = psql.stderr.read().decode(errors="replace")
    psql.stderr.close()
    if psql.wait() or not done:
        raise BackupError(f"The database was not changed: {summary(said)}. Stop the servers and timers first.")


def write_script(path: Path, script: IO[bytes]) -> None:
    """Write the statements of the dump to the script."""
    made = subprocess.Popen(
        ["pg_restore", "--file=-", "--no-owner", "--no-privileges", "--no-comments", str(path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert made.stdout is not None
    assert made.stderr is not None
    with made.stdout, made.stderr:
        while data := made.stdout.read(1 << 20):
            script.write(data)
        said = made.stderr.read().decode(errors="replace")
    if made.wait():
        raise BackupError(f"The dump can't be read, and nothing was changed: {summary(said)}")


def roles() -> list[str]:
    """Return the roles other than the owner that may read the audit log."""
    with connection.cursor() as cursor:
        cursor.execute(ROLES)
        return [role for (role,) in cursor.fetchall()]


def server_version() -> int:
    connection.ensure_connection()
    version: int = connection.pg_version  # type: ignore[attr-defined] # of PostgreSQL's wrapper
    return version // 10_000


def version_fits(server: int) -> None:
    """Raise BackupError unless the tools on PATH are of the server's version or a newer one."""
    said = run("pg_dump", "--version")
    found = re.search(r"\) (\d+)", said)
    if not found or int(found[1]) < server:
        raise BackupError(
            f"The server is PostgreSQL {server}, and pg_dump on PATH is {said.strip()!r}. Install the client programs "
            f"of PostgreSQL {server} or newer, and put their folder first in PATH."
        )


def run(*command: str) -> str:
    """Run a program of PostgreSQL, and return what it prints. Raise BackupError with its message if it fails."""
    try:
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, errors="replace")
    except FileNotFoundError as error:
        message = f"{command[0]} is not on PATH. Install the client programs of PostgreSQL, of the server's version."
        raise BackupError(message) from error
    if done.returncode:
        raise BackupError(f"{command[0]} failed: {summary(done.stderr)}")
    return done.stdout


def summary(said: str) -> str:
    """Return the first line of an error that tells what happened; the rows of the database are not repeated."""
    lines = [line for line in said.splitlines() if "error" in line.lower() or "fatal" in line.lower()]
    return (lines or said.splitlines() or ["no message"])[0][:300]


def environment() -> dict[str, str]:
    """Return the environment that tells the programs where the database is; the password is in no command line."""
    settings = connection.settings_dict
    _command, secrets = DatabaseClient.settings_to_cmd_args_env(settings, [])
    options = settings.get("OPTIONS") or {}
    named = {
        "PGHOST": settings.get("HOST") or options.get("host"),
        "PGPORT": settings.get("PORT") or options.get("port"),
        "PGUSER": settings.get("USER"),
        "PGDATABASE": settings.get("NAME"),
        "PGTARGETSESSIONATTRS": options.get("target_session_attrs"),
        "PGOPTIONS": "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0",
    }
    return {**os.environ, **{name: str(value) for name, value in named.items() if value}, **(secrets or {})}
