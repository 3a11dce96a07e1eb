"""Migrations since version 0.1 that add an index to a long table let others write meanwhile, or are explained here."""

import inspect

import pytest
from django.apps import apps
from django.db import migrations
from django.db.migrations.loader import MigrationLoader

from audit.indexes import AddIndexWithoutLock
from tests.repository.test_upgrade import SINCE

pytestmark = pytest.mark.once  # no database has a say in it
# Tables that grow with people, or with what people do; the others hold what a company sets up, and stay short.
SHORT = {
    "accounts.department", "accounts.jobprofile", "accounts.organisation", "accounts.bulkrun", "accounts.userimport",
    "accounts.fileshape", "learning.module", "learning.event", "learning.document", "learning.interaction",
    "learning.choice",
}  # fmt: skip
EXPLAINED = {
    ("accounts", "0020_account_state"): "the same migration makes a table; seconds for a million people",
    ("impersonation", "0008_objections"): "the index holds live sessions alone, which are few",
    ("learning", "0009_validity_and_earlier_submissions"): "the table is made by the same migration",
}


def operations(found):
    for operation in found:
        yield operation
        yield from operations(getattr(operation, "database_operations", []))


def blocks(key, migration):
    """Return why a migration keeps writers of a long table waiting; None if it doesn't."""
    for operation in operations(migration.operations):
        if isinstance(operation, AddIndexWithoutLock):
            if migration.atomic:
                return "AddIndexWithoutLock needs atomic = False"
            continue
        is_added = isinstance(operation, migrations.AddIndex)
        if is_added and f"{key[0]}.{operation.model_name.lower()}" not in SHORT:
            return f"AddIndex on {operation.model_name}: use audit.indexes.AddIndexWithoutLock"
    source = inspect.getsource(inspect.getmodule(type(migration))).upper()
    if "CREATE INDEX" in source.replace("CREATE INDEX CONCURRENTLY", ""):
        return "CREATE INDEX without CONCURRENTLY"
    return None


def test_no_index_of_a_long_table_keeps_writers_waiting():
    loaded = MigrationLoader(None).disk_migrations
    found = {key: reason for key in SINCE if (reason := blocks(key, loaded[key]))}
    assert {key: reason for key, reason in found.items() if key not in EXPLAINED} == {}
    assert set(EXPLAINED) <= set(found), "an explanation of nothing"


def test_the_short_tables_exist():
    assert {model._meta.label_lower for model in apps.get_models()} >= SHORT


def test_an_index_in_the_wrong_form_is_found():
    from django.db import models

    class Bad(migrations.Migration):
        operations = [migrations.AddIndex("user", models.Index(fields=["email"], name="x"))]

    class Good(migrations.Migration):
        atomic = False
        operations = [AddIndexWithoutLock("user", models.Index(fields=["email"], name="x"))]

    assert blocks(("accounts", "x"), Bad("x", "accounts"))
    Good.atomic = True
    assert blocks(("accounts", "x"), Good("x", "accounts")) == "AddIndexWithoutLock needs atomic = False"
