"""Every way to ask who is there gives one answer, and asking costs an assumed request no more than a plain one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse

from accounts.models import User
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from config.urls import urlpatterns as project_urls
from impersonation.models import AssumedSession
from tests.support.assumed import data_queries, log_in_as, sign_in

pytestmark = pytest.mark.django_db


def in_a_loop_of_its_own(coroutine):
    """Run in a thread of its own, because this one may have the loop of the browser tests."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def who(request):
    asked = {
        "user": request.user.pk,
        "actor": request.actor.pk,
        "auser": in_a_loop_of_its_own(request.auser()).pk if request.GET.get("async") else request.user.pk,
        "cached": request._cached_user.pk,
        "signed in": get_user(request).pk,
    }
    return HttpResponse(repr(asked))


def trivial(request):
    return HttpResponse("trivial")


urlpatterns = [*project_urls, path("who/", who), path("trivial/", trivial)]
ours = pytest.mark.urls(__name__)


@ours
def test_user_cache_and_actor_agree_in_an_assumed_session(client, sam, lena):
    log_in_as(client, sam, lena)
    assert eval(client.get("/who/").content) == {
        "user": lena.pk, "actor": sam.pk, "auser": lena.pk, "cached": lena.pk, "signed in": sam.pk,
    }  # fmt: skip


@ours
@pytest.mark.django_db(transaction=True)
def test_the_asynchronous_way_to_ask_agrees(client, sam, lena):
    log_in_as(client, sam, lena)
    assert eval(client.get("/who/?async=1").content)["auser"] == lena.pk


@ours
def test_without_an_assumed_session_the_actor_is_the_user(client, sam):
    sign_in(client, sam)
    assert set(eval(client.get("/who/").content).values()) == {sam.pk}


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return data_queries(captured), response


@ours
@pytest.mark.parametrize("url", ["/trivial/", "/assumed-session/", "/modules/"])
def test_an_assumed_page_asks_the_database_no_more_than_a_plain_one(client, sam, lena, url):
    plain_client = Client()
    sign_in(plain_client, lena)
    plain, _ = queries(plain_client, url)
    log_in_as(client, sam, lena)
    client.get(url)
    assumed, _ = queries(client, url)
    of_the_page = [sql for sql in assumed if "audit_audittext" in sql]  # it shows why the session was started
    assert len(of_the_page) == (url == "/assumed-session/")
    assert len(assumed) - len(of_the_page) <= len(plain), assumed
    if url == "/trivial/":
        assert (len(assumed), len(plain)) == (2, 2)


@ours
def test_a_plain_request_pays_nothing_for_the_feature(client, sam, settings):
    sign_in(client, sam)
    with_it, response = queries(client, "/trivial/")
    settings.MIDDLEWARE = [
        f"{__name__}.ActorOnly" if name.startswith("impersonation.") else name for name in settings.MIDDLEWARE
    ]
    without = Client()
    without.cookies = client.cookies
    without_it, other = queries(without, "/trivial/")
    assert [sql.split("WHERE")[0] for sql in with_it] == [sql.split("WHERE")[0] for sql in without_it]
    assert response.headers.get("Vary") == other.headers.get("Vary")


class ActorOnly:
    """The stack without the feature."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)


def test_a_health_check_asks_for_nobody(client, sam):
    sign_in(client, sam)
    found, response = queries(client, "/healthz")
    assert found == []
    assert "Cookie" not in response.headers.get("Vary", "")


def test_a_person_deleted_mid_session_is_told_apart_from_one_without_rights(client, sam, lena):
    from impersonation import loader

    session = log_in_as(client, sam, lena)
    User.objects.get(pk=lena.pk).delete()
    found = loader.find(session.pk)
    assert found.target is None
    assert found.actor == sam


def test_a_browser_whose_assumed_session_has_no_row_belongs_to_nobody(client, sam, lena):
    log_in_as(client, sam, lena)
    AssumedSession.objects.all().delete()
    response = client.get(reverse("module_list"))
    assert response.url.startswith(reverse("account_login"))
    assert response.wsgi_request.user.is_anonymous
    assert client.get(reverse("dashboard")).wsgi_request.user.is_anonymous
