"""Database triggers that make the log append-only for all code."""

from __future__ import annotations

from django.core.checks import Error, Tags, register
from django.db import connections
from django.db.migrations.loader import MigrationLoader

TABLES = ("audit_auditevent", "audit_audittext", "audit_auditerasure", "audit_auditseal")
ERASED = "EXISTS (SELECT 1 FROM audit_auditerasure AS e WHERE e.event_id = OLD.event_id AND e.part = OLD.part)"
NEXT = "(SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_auditevent)"
# A seal counts while the event that records it is in the log.
SEALED = """(SELECT COALESCE(MAX(s.through_seq), 0) FROM audit_auditseal AS s
    JOIN audit_auditevent AS e ON e.seq = s.sealed_by_id AND e.kind = 'audit.sealed')"""
# A seal names an event that is there, and is recorded by a later one.
MAY_SEAL = """EXISTS (SELECT 1 FROM audit_auditevent AS last JOIN audit_auditevent AS e ON e.seq > last.seq
    WHERE last.seq = {0}through_seq AND last.entry_hash = {0}entry_hash
    AND e.seq = {0}sealed_by_id AND e.kind = 'audit.sealed')"""
# Rows that an insert could replace, because SQLite's INSERT OR REPLACE deletes without the DELETE trigger.
TAKEN = {
    "audit_audittext": "id = NEW.id OR (event_id = NEW.event_id AND part = NEW.part)",
    "audit_auditerasure": "id = NEW.id OR (event_id = NEW.event_id AND part = NEW.part)",
    "audit_auditseal": "through_seq = NEW.through_seq",
}
REFUSE_DELETE = {
    "audit_auditevent": f"OLD.seq > {SEALED}",
    "audit_audittext": f"OLD.event_id > {SEALED} AND NOT {ERASED}",
    "audit_auditerasure": f"OLD.event_id > {SEALED}",
    "audit_auditseal": "1",
}


def sqlite_triggers() -> dict[str, str]:
    """Return the definition of each trigger by its name."""

    def trigger(name, moment, table, condition="1"):
        return (
            f"CREATE TRIGGER {name} BEFORE {moment} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )

    made = {}
    for table in TABLES:
        refuse_delete = REFUSE_DELETE[table]
        taken = TAKEN.get(table)
        refuse_insert = f"EXISTS (SELECT 1 FROM {table} WHERE {taken})" if taken else f"NEW.seq IS NOT {NEXT}"
        if table == "audit_auditseal":
            refuse_insert += f" OR NOT {MAY_SEAL.format('NEW.')}"
        for moment, condition in (("UPDATE", "1"), ("DELETE", refuse_delete), ("INSERT", refuse_insert)):
            name = f"{table}_{moment.lower()}"
            made[name] = trigger(name, moment, table, condition)
    return made


POSTGRESQL_REFUSE_DELETE = {
    "audit_auditevent": "WHEN (OLD.seq > audit_sealed_through())",
    "audit_audittext": (
        "WHEN (OLD.event_id > audit_sealed_through() AND NOT audit_may_delete(OLD.event_id, OLD.part))"
    ),
    "audit_auditerasure": "WHEN (OLD.event_id > audit_sealed_through())",
    "audit_auditseal": "",
}


def postgresql_triggers() -> dict[str, str]:
    """Return the definition of each trigger by its name."""
    made = {}
    for table in TABLES:
        rules = [
            ("UPDATE", "ROW", ""),
            ("DELETE", "ROW", POSTGRESQL_REFUSE_DELETE[table]),
            ("TRUNCATE", "STATEMENT", ""),
        ]
        if table == "audit_auditevent":
            rules.append(("INSERT", "ROW", "WHEN (NEW.seq <> audit_next_seq())"))
        elif table == "audit_auditseal":
            may_seal = "audit_may_seal(NEW.through_seq, NEW.entry_hash, NEW.sealed_by_id)"
            rules.append(("INSERT", "ROW", f"WHEN (NOT {may_seal})"))
        for moment, each, condition in rules:
            name = f"{table}_{moment.lower()}"
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH {each} {condition} "
                f"EXECUTE FUNCTION audit_append_only(); ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
            )
    return made


# ruff: noqa: S608 (every statement is made of the constants above)
# With their schema, because PostgreSQL looks for a name among the temporary tables first, which every role may make.
IN_SCHEMA = (" audit_audit", " public.audit_audit")
POSTGRESQL_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE OR REPLACE FUNCTION audit_next_seq() RETURNS bigint LANGUAGE plpgsql VOLATILE AS
$$ BEGIN RETURN (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_auditevent); END $$;
CREATE OR REPLACE FUNCTION audit_may_delete(event bigint, its_part text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS
$$ BEGIN RETURN EXISTS (SELECT 1 FROM audit_auditerasure AS e WHERE e.event_id = event AND e.part = its_part); END $$;
CREATE OR REPLACE FUNCTION audit_sealed_through() RETURNS bigint LANGUAGE plpgsql VOLATILE AS
$$ BEGIN RETURN {SEALED}; END $$;
CREATE OR REPLACE FUNCTION audit_may_seal(its_through_seq bigint, its_entry_hash text, its_sealed_by_id bigint)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS
$$ BEGIN RETURN {MAY_SEAL.format("its_")}; END $$;
""".replace(*IN_SCHEMA)
WANTED = {"sqlite": sqlite_triggers(), "postgresql": postgresql_triggers()}
PRESENT = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    # Only ENABLE ALWAYS counts, because a disabled trigger refuses nothing.
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'",
}


def create(connection) -> None:
    """Drop and create every trigger, because a table that SQLite rebuilds loses its triggers silently."""
    drop(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTIONS, params=None)
        for sql in WANTED[connection.vendor].values():
            cursor.execute(sql, params=None)


def drop(connection) -> None:
    """Drop every trigger, for migrations and the flush of the test runner."""
    with connection.cursor() as cursor:
        for name in WANTED[connection.vendor]:
            on = f" ON {name.rpartition('_')[0]}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}", params=None)


def missing(connection) -> list[str]:
    """Return the names of the triggers that are missing or disabled."""
    with connection.cursor() as cursor:
        cursor.execute(PRESENT[connection.vendor])
        present = {name for (name,) in cursor.fetchall()}
    return sorted(set(WANTED[connection.vendor]) - present)


def create_after_migrate(sender, using, **kwargs) -> None:
    """Create the triggers after a migration, if the log's tables exist."""
    connection = connections[using]
    if set(TABLES) <= set(connection.introspection.table_names()):
        create(connection)


@register(Tags.database)
def in_force(app_configs, databases=None, **kwargs):
    """Report an error for each missing trigger, unless `migrate` has yet to make the log's tables as they are now."""
    errors = []
    for alias in databases or ():
        connection = connections[alias]
        if set(TABLES) <= set(connection.introspection.table_names()) and not waits_for_migrations(connection):
            errors += [
                Error(f"The trigger {name} is missing: run migrate --skip-checks.", id="audit.E001")
                for name in missing(connection)
            ]
    return errors


def waits_for_migrations(connection) -> bool:
    """Return whether migrations of the log are unapplied: `migrate` creates its triggers, new ones too, after them."""
    loader = MigrationLoader(connection)
    return any(app == "audit" and (app, name) not in loader.applied_migrations for app, name in loader.graph.nodes)
