"""A start that the server can't do loses nothing of what was typed, on the page and in the dialog."""

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from impersonation.models import AssumedSession
from tests.support.assumed import login_as_data, sign_in

pytestmark = pytest.mark.django_db
REASON = "Lena can't hand in the module about the fridge"


def no_assumed_session(execute, sql, params, many, context):
    if sql.startswith('INSERT INTO "impersonation_assumedsession"'):
        raise OperationalError("the database is busy")
    return execute(sql, params, many, context)


def test_a_start_that_fails_keeps_the_reason(client, sam, lena):
    sign_in(client, sam)
    client.raise_request_exception = False
    address = reverse("login_as", args=[lena.pk])
    with connection.execute_wrapper(no_assumed_session):
        assert client.post(address, login_as_data(text=REASON)).status_code >= 500
    assert not AssumedSession.objects.exists()
    page = client.get(address)  # the dialog is filled from the same page
    assert page.context["form"].initial["text"] == REASON
    assert not page.context["form"].is_bound
