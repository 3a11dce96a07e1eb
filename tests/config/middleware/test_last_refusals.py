"""What a browser was last refused is kept: once a minute, without content, and never for a success."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import LastRefusal
from tests.support.assumed import log_in_as, sign_in
from tests.support.learning_factories import make_document, make_module
from tests.support.writes import OF_THE_REQUEST, watching_writes

pytestmark = pytest.mark.django_db
WITHOUT_IT = frozenset(OF_THE_REQUEST - {"accounts_lastrefusal"})
FROM_HERE = {"Referer": "http://testserver/modules/"}


@pytest.fixture
def lenas(client, lena):
    sign_in(client, lena)
    return client


def kept():
    """Return kind, path and status of the last refusal; None if nothing was kept."""
    return LastRefusal.objects.values_list("kind", "path", "status").first()


def test_a_page_that_works_writes_nothing(lenas):
    with watching_writes(WITHOUT_IT) as tables:
        for address in (reverse("dashboard"), reverse("module_list"), reverse("document_list")):
            assert lenas.get(address).status_code == 200
    assert tables == []
    assert kept() is None


def test_a_closed_page_is_kept_without_its_query(client, sam, lena):
    sign_in(client, sam)
    address = reverse("user_permission_types", args=[lena.pk])
    assert client.get(address + "?q=secret").status_code == 403
    assert kept() == ("forbidden", address, 403)


def test_a_link_to_a_page_that_is_not_there_for_her_is_kept(lenas):
    gone = reverse("module_detail", args=[make_module(is_published=False).pk])
    assert lenas.get(gone).status_code == 404
    assert lenas.get(gone, headers={"Referer": "http://elsewhere.example/"}).status_code == 404
    assert lenas.get(gone, headers={"Referer": "http://["}).status_code == 404
    assert kept() is None
    assert lenas.get(gone + "?a=b", headers=FROM_HERE).status_code == 404
    assert kept() == ("no_page", gone, 404)
    assert lenas.get("/nothing/here/", headers=FROM_HERE).status_code == 404
    assert kept() == ("no_page", "/nothing/here/", 404)


def test_a_file_that_is_not_there_for_her_is_kept_wherever_she_came_from(lenas):
    address = reverse("document_file", args=[make_document(is_published=False).pk])
    assert lenas.get(address).status_code == 404
    assert kept() == ("no_file", address, 404)


def test_a_form_without_the_browsers_token_is_out_of_date(lena):
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, lena)
    address = reverse("module_save", args=[make_module().pk])
    assert browser.post(address, {"answer": "mine"}).status_code == 403
    assert kept() == ("out_of_date", address, 403)


def test_too_much_at_once_is_kept(lenas):
    address = reverse("module_save", args=[make_module().pk])
    assert lenas.post(address, {"answer": "x" * (3 << 20)}).status_code == 413
    assert kept() == ("too_large", address, 413)


def test_an_error_of_the_platform_is_kept(lena, monkeypatch):
    browser = Client(raise_request_exception=False)
    sign_in(browser, lena)
    monkeypatch.setattr("learning.views.by_urgency", None)
    assert browser.get(reverse("dashboard")).status_code == 500
    assert kept() == ("failed", reverse("dashboard"), 500)


def test_a_form_with_errors_is_kept(client, sam):
    sign_in(client, sam)
    assert client.post(reverse("user_create"), {}).status_code == 422
    assert kept() == ("form_errors", reverse("user_create"), 422)


def test_a_page_of_her_own_account_is_not_named(lenas):
    statuses = [lenas.post(reverse("account_change_password"), {"oldpassword": "x"}).status_code for _ in range(6)]
    assert statuses[-1] == 429
    assert kept() == ("too_many", "", 429)


def test_an_address_that_holds_more_than_numbers_is_kept_as_its_route(lenas):
    address = reverse("user_access", args=[1, "secret"])
    assert lenas.get(address, headers=FROM_HERE).status_code == 404
    assert kept() == ("no_page", "/users/<int:pk>/access/<slug:question>/", 404)


def test_strangers_leave_nothing(db):
    with watching_writes(WITHOUT_IT) as tables:
        Client().get("/nothing/here/", headers=FROM_HERE)
        Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "lena@harbour.example"})
    assert "accounts_lastrefusal" not in tables


def test_in_an_assumed_session_nothing_is_kept_for_lena_or_sam(client, sam, lena):
    log_in_as(client, sam, lena)
    gone = reverse("module_detail", args=[make_module(is_published=False).pk])
    for address, status in ((gone, 404), (reverse("account"), 403), ("/nothing/here/", 404)):
        assert client.get(address, headers=FROM_HERE).status_code == status
    assert not LastRefusal.objects.exists()


def test_the_same_refusal_is_written_once_a_minute(lenas):
    first, second = (reverse("document_file", args=[make_document(is_published=False).pk]) for _ in range(2))
    now = timezone.now()
    written = []
    for seconds, address in ((0, first), (30, first), (59, first), (60, first), (61, second), (62, first)):
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False), watching_writes(WITHOUT_IT) as tables:
            lenas.get(address)
        written.append("accounts_lastrefusal" in tables)
    assert written == [True, False, False, True, True, True]
    assert LastRefusal.objects.count() == 1


def test_an_answer_leaves_although_it_can_not_be_kept(lenas, monkeypatch, caplog):
    def full(**given):
        raise DatabaseError("disk full")

    monkeypatch.setattr("config.middleware.last_refusals.keep", full)
    address = reverse("document_file", args=[make_document(is_published=False).pk])
    assert lenas.get(address).status_code == 404
    assert "A request was not kept: DatabaseError('disk full')" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_an_erasure_removes_it(lena, max_):
    for user in (lena, max_):
        browser = Client()
        sign_in(browser, user)
        browser.get("/nothing/here/", headers=FROM_HERE)
        browser.post(reverse("account_logout"))
    assert LastRefusal.objects.count() == 2
    call_command("erase_user", lena.email, legal_basis="Art. 17 GDPR", yes=True, verbosity=0)
    assert list(LastRefusal.objects.values_list("user", flat=True)) == [max_.pk]
