"""Marks that are no opening for changes: views that are always open, that record on GET, and those of packages."""

from functools import wraps

import pytest
from django.http import HttpResponse
from django.urls import path, reverse

from accounts.authorization.decorators import always_open, records_on_get
from accounts.models import User
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from config.urls import urlpatterns as project_urls
from impersonation.models import AssumedSession
from tests.support.assumed import log_in_as

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def writes(request):
    User.objects.filter(pk=request.user.pk).update(first_name="Changed")
    return HttpResponse("written")


@always_open
def door(request):
    return writes(request)


@records_on_get
def records(request):
    return writes(request)


def of_a_package(request):
    return HttpResponse("of a package")


of_a_package.__module__ = "a_package.views"


@always_open
@wraps(of_a_package)
def marked(request):
    return of_a_package(request)


urlpatterns = [
    *project_urls,
    path("door/", door),
    path("records/", records),
    path("package/", of_a_package),
    path("package/marked/", marked),
]


@pytest.fixture
def assumed(client, sam, lena):
    log_in_as(client, sam, lena)
    client.raise_request_exception = False
    return client


def unchanged(lena):
    return User.objects.get(pk=lena.pk).first_name == lena.first_name


def test_a_view_that_is_always_open_still_writes_nothing_on_get(assumed, lena):
    assert assumed.get("/door/").status_code == 500
    assert unchanged(lena)
    assert assumed.post("/door/").content == b"written"


def test_a_view_that_records_on_get_is_still_closed_for_changes(assumed, lena):
    assert assumed.post("/records/").status_code == 403
    assert unchanged(lena)
    assert assumed.get("/records/").content == b"written"


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_package_view_without_a_mark_is_closed(assumed, method):
    assert getattr(assumed, method)("/package/").status_code == 403
    assert getattr(assumed, method)("/package/marked/").content == b"of a package"


def test_the_sign_out_page_is_open_and_its_form_ends_the_session(assumed):
    page = assumed.get(reverse("account_logout"))
    assert (page.status_code, 'id="assumed-session"' in page.content.decode()) == (200, True)
    assert AssumedSession.objects.live().exists()
    assert assumed.post(reverse("account_logout")).status_code == 302
    assert not AssumedSession.objects.live().exists()
