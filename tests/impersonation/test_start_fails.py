"""A start that fails loses nothing of what was typed; rows that are removed meanwhile start and stop nothing."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from impersonation import loader, views
from impersonation.models import AssumedSession
from tests.support.assumed import events, log_in_as, login_as_data, post_login_as, sign_in

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


def test_a_start_whose_actor_is_deleted_before_it_locks_them_leads_to_sign_in(client, sam, lena, monkeypatch):
    sign_in(client, sam)

    def deleted_meanwhile(request):
        User.objects.get(pk=sam.pk).delete()
        return True

    monkeypatch.setattr(views, "recently_authenticated", deleted_meanwhile)
    assert post_login_as(client, lena).url.startswith(reverse("account_login"))
    assert not AssumedSession.objects.exists()
    assert events("assumed_session.started") == []
    assert client.get(reverse("dashboard")).wsgi_request.user.is_anonymous


def test_a_start_supersedes_nothing_if_the_row_of_the_earlier_session_is_removed_meanwhile(
    client, sam, lena, max_, monkeypatch
):
    earlier, find = log_in_as(client, sam, lena), loader.find

    def find_too_late(key):
        AssumedSession.objects.filter(pk=earlier.pk).delete()
        return find(key)

    monkeypatch.setattr(loader, "find", find_too_late)
    later = log_in_as(Client(), sam, max_)
    assert AssumedSession.objects.get() == later
    assert events("assumed_session.ended") == []
