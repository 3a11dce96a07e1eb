"""Prepared statements on PostgreSQL outlive a migration that changes their table."""

import pytest
from django.db import NotSupportedError, connection, transaction
from django.urls import reverse

from impersonation import loader
from tests.support.assumed import log_in_as

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def change_the_table(length):
    """Change a column as a migration does: on another connection."""
    migration = connection.copy()
    try:
        with migration.cursor() as cursor:
            cursor.execute(f"ALTER TABLE impersonation_assumedsession ALTER COLUMN cause TYPE varchar({length})")
    finally:
        migration.close()


@pytest.fixture
def session(client, sam, lena):
    """Yield Sam's session as Lena, whose statement is prepared on this connection."""
    yield log_in_as(client, sam, lena)
    change_the_table(30)


def test_a_request_goes_on_after_a_migration(session, client, lena):
    assert client.get(reverse("dashboard")).wsgi_request.user == lena
    change_the_table(31)
    assert client.get(reverse("dashboard")).wsgi_request.user == lena


def test_a_transaction_does_not_go_on_after_a_migration(session):
    assert loader.find(session.pk)
    change_the_table(31)
    with pytest.raises(NotSupportedError, match="cached plan must not change"), transaction.atomic():
        loader.find(session.pk)
    assert loader.find(session.pk)


def test_a_connection_with_a_broken_plan_is_dropped_after_its_transaction(session):
    """A page of an assumed session in look only is one transaction, so that its query can't be sent again."""
    assert loader.find(session.pk)
    change_the_table(31)
    with pytest.raises(NotSupportedError, match="cached plan must not change"), transaction.atomic():
        loader.find(session.pk)
    connection.close_if_unusable_or_obsolete()  # Django does so between two requests
    assert connection.connection is None
    with transaction.atomic():
        assert loader.find(session.pk)
