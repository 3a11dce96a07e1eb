"""Operations of renumbered migrations leave what is there, and do without what is not."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.state import ProjectState

from audit.models import AuditEvent
from audit.renumbered import AddIndexUnlessThere, CreateModelUnlessThere, RemoveIndexIfThere

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = [("id", models.BigAutoField(primary_key=True))]
THERE, NEW = AuditEvent._meta.indexes[0], models.Index(fields=["kind", "outcome"], name="audit_event_of_a_test")


def statements(operation):
    """Return the statements that the operation would run, without running them."""
    before = ProjectState.from_apps(apps)
    after = before.clone()
    if isinstance(operation, CreateModelUnlessThere):
        operation.state_forwards("audit", after)
    with connection.schema_editor(collect_sql=True) as editor:
        operation.database_forwards("audit", editor, before, after)
    return [each for each in editor.collected_sql if not each.startswith("--")]


def test_a_table_that_is_there_stays():
    assert statements(CreateModelUnlessThere("AuditEvent", FIELDS)) == []
    assert "CREATE TABLE" in statements(CreateModelUnlessThere("EventOfATest", FIELDS))[0]


def test_an_index_that_is_there_stays():
    assert statements(AddIndexUnlessThere("auditevent", THERE)) == []
    assert "CREATE INDEX" in statements(AddIndexUnlessThere("auditevent", NEW))[0]


def test_an_index_that_is_not_there_is_not_removed():
    assert statements(RemoveIndexIfThere("auditevent", NEW.name)) == []
    assert "DROP INDEX" in statements(RemoveIndexIfThere("auditevent", THERE.name))[0]
