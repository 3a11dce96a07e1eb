"""An index of a long table is added while others write."""

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from audit.indexes import AddIndexWithoutLock, constraints

INDEX = models.Index(fields=["kind", "outcome"], name="audit_event_of_a_test")
TABLE = "audit_auditevent"


def run(operation, *, back=False):
    state = ProjectState.from_apps(apps)
    with connection.schema_editor(atomic=False) as editor:
        (operation.database_backwards if back else operation.database_forwards)("audit", editor, state, state)


@pytest.mark.django_db(transaction=True)
def test_it_is_added_once_and_removed():
    operation = AddIndexWithoutLock("auditevent", INDEX)
    for _time in range(2):
        run(operation)
        assert INDEX.name in constraints(connection, TABLE)
    run(operation, back=True)
    assert INDEX.name not in constraints(connection, TABLE)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_that_an_interrupted_attempt_left_is_made_again():
    operation = AddIndexWithoutLock("auditevent", INDEX)
    run(operation)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'audit_event_of_a_test'::regclass")
        run(operation)
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'audit_event_of_a_test'::regclass")
        assert cursor.fetchone() == (True,)
    run(operation, back=True)


@pytest.mark.postgresql
@pytest.mark.django_db
def test_in_a_transaction_it_is_refused():
    with pytest.raises(Exception, match="transaction block"):
        run(AddIndexWithoutLock("auditevent", INDEX))


def test_it_is_an_added_index_for_the_state():
    assert issubclass(AddIndexWithoutLock, migrations.AddIndex)
