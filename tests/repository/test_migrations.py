"""
A migration runs while servers of the version before still work, so it only adds what their code can ignore.

What nothing uses any more is removed one version later, in a migration that says so: `CONTRACTS = "0.4.0"` in its
module names the released version whose code no longer needs what goes.
"""

import re
import tomllib
from importlib import import_module

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from config.settings import BASE_DIR

pytestmark = pytest.mark.once  # no database has a say in it
# The last migration of each app that is older than this rule.
BEFORE_THE_RULE = {"accounts": 26, "audit": 4, "config": 1, "impersonation": 8, "learning": 10}
# Tables that no released version inserts into.
UNUSED_BEFORE = {"auditseal"}  # version 0.2.0 has no command that seals
LOADER = MigrationLoader(None)
OURS = [key for key in sorted(LOADER.graph.nodes) if key[0] in BEFORE_THE_RULE]
NEWER = [key for key in OURS if int(key[1][:4]) > BEFORE_THE_RULE[key[0]]]
REMOVING = (
    migrations.RemoveField, migrations.RenameField, migrations.DeleteModel, migrations.RenameModel,
    migrations.AlterModelTable,
)  # fmt: skip


def problems(key):
    """Yield what a migration does that code of the version before can't bear."""
    migration = LOADER.graph.nodes[key]
    state = LOADER.project_state(key, at_end=False)
    created = {operation.name_lower for operation in migration.operations if is_a(operation, migrations.CreateModel)}
    yield from problems_of(migration.operations, state, key[0], created)


def problems_of(operations, state, app, created=()):
    for operation in operations:
        if is_a(operation, REMOVING):
            yield f"{operation.describe()}: the version before still reads it"
        model = getattr(operation, "model_name_lower", None) or getattr(operation, "model_name", "").lower()
        if model in created or model in UNUSED_BEFORE:
            continue
        if is_a(operation, migrations.AddField) and needs_a_value(operation.field):
            yield f"{operation.describe()}: the version before inserts rows without it; give it a db_default"
        if is_a(operation, migrations.AlterField) and not operation.field.null and was_null(state, app, operation):
            yield f"{operation.describe()}: the version before inserts rows without it"
        if is_a(operation, migrations.AddConstraint):
            yield f"{operation.describe()}: the version before may insert rows that it refuses"


def was_null(state, app, operation):
    return state.models[app, operation.model_name_lower].fields[operation.name].null


def is_a(operation, kinds):
    return isinstance(operation, kinds)


def needs_a_value(field):
    """Return whether an insert that doesn't name the field's column is refused."""
    is_column = not isinstance(field, models.ManyToManyField)
    return is_column and not field.null and field.db_default is models.NOT_PROVIDED


@pytest.mark.parametrize("key", NEWER, ids=".".join)
def test_a_migration_only_adds_or_says_since_when_nothing_needs_what_goes(key):
    contracts = getattr(import_module(f"{key[0]}.migrations.{key[1]}"), "CONTRACTS", None)
    if contracts is None:
        assert list(problems(key)) == []
    else:
        version = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        assert re.fullmatch(r"\d+\.\d+\.\d+", contracts)
        assert list(map(int, contracts.split("."))) <= list(map(int, version.split(".")))


def test_the_rule_begins_behind_migrations_that_are_there():
    assert set(BEFORE_THE_RULE) == {app for app, _name in OURS}
    assert {
        app for app, number in BEFORE_THE_RULE.items() if (app, number) in {(a, int(n[:4])) for a, n in OURS}
    } == set(BEFORE_THE_RULE)


def test_the_rule_finds_what_the_version_before_can_not_bear():
    key = ("accounts", "0026_import_feed")
    state = LOADER.project_state(key, at_end=True)
    told, text = state.models["accounts", "userimport"], models.TextField
    assert "undoes" in told.fields
    found = problems_of(
        [
            migrations.RemoveField("userimport", "feed"),
            migrations.RenameField("userimport", "feed", "source"),
            migrations.DeleteModel("ImportedPerson"),
            migrations.AddField("userimport", "no_default", text(default="")),
            migrations.AddField("userimport", "with_default", text(default="", db_default="")),
            migrations.AddField("userimport", "may_be_null", text(null=True)),
            migrations.AlterField("userimport", "actor", models.BigIntegerField()),
            migrations.AlterField("userimport", "feed", text(blank=True)),
            migrations.AddConstraint("userimport", models.UniqueConstraint(fields=["feed"], name="one")),
        ],
        state,
        "accounts",
    )
    assert [line.rpartition(": ")[2].split()[-1] for line in found] == [
        "it", "it", "it", "db_default", "it", "refuses",
    ]  # fmt: skip
    kinds = {type(operation) for node in OURS for operation in LOADER.graph.nodes[node].operations}
    assert migrations.AddField in kinds
