"""The cache in Redis: limits count there, and without it nobody signs in while people who are signed in go on."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit import limits
from audit.models import AuditEvent
from config.caching.redis import CacheUnreachable
from tests.accounts.authentication.test_backends import sign_in_by_form, signed_in
from tests.support import redis_servers
from tests.support.assumed import log_in_as, sign_in
from tests.support.import_files import rows
from tests.support.import_pages import NEW, confirm, looked_at

pytestmark = pytest.mark.django_db
real = pytest.mark.skipif(redis_servers.PROGRAM is None, reason="no redis-server on this machine")


@pytest.fixture
def redis(settings, tmp_path):
    with redis_servers.serving(tmp_path) as port:
        settings.CACHES = redis_servers.cache(port)
        yield port
        cache._cache.get_client().connection_pool.disconnect()


@pytest.fixture
def gone(settings):
    """Let Redis be a port where nothing listens."""
    settings.CACHES = redis_servers.cache(1)


@real
def test_what_the_platform_asks_of_a_cache(redis):
    assert cache.add("count", 0, 60)
    assert not cache.add("count", 5, 60)
    assert (cache.incr("count"), cache.incr("count", 4), cache.get("count")) == (1, 5, 5)
    cache.set_many({"list": [1.5, None, True, {"æ": "ø"}], "none": None}, 60)
    assert cache.get_many(["list", "none", "missing"]) == {"list": [1.5, None, True, {"æ": "ø"}], "none": None}
    assert "none" in cache
    cache.set("soon", 1, 0.4)
    assert cache.get("soon") == 1, "less than a second is not nothing"
    assert cache.touch("count", 600)
    assert cache.delete("count")
    cache.delete_many(["list"])
    assert cache.get("list", "default") == "default"
    with pytest.raises(ValueError, match="not found"):
        cache.incr("count")
    assert "count" not in cache, "a counter that has expired is not made again without its end"
    cache.clear()
    assert "none" not in cache


@real
@pytest.mark.parametrize(
    "forged", [b'{"person": 1}', b'["a"]', b"null", b'"text"', b"no JSON", b"\xff", b"1.5", b"true"]
)
def test_what_somebody_else_writes_to_redis_is_no_value(redis, caplog, forged):
    cache.set("key", "ours", 60)
    client = cache._cache.get_client()
    client.set(cache.make_key("key"), forged)
    assert cache.get("key", "default") == "default"
    assert cache.get_many(["key"]) == {}
    assert "not signed by this installation" in caplog.text


@real
def test_a_value_of_redis_counts_under_its_own_key_alone(redis, caplog):
    cache.set("key", {"person": 1}, 60)
    client = cache._cache.get_client()
    client.copy(cache.make_key("key"), cache.make_key("other"))
    assert cache.get("key") == {"person": 1}
    assert cache.get("other") is None
    assert "not signed by this installation" in caplog.text


@real
def test_sixteen_counts_at_once_make_sixteen(redis):
    cache.add("count", 0, 60)
    with ThreadPoolExecutor(16) as pool:
        found = sorted(pool.map(lambda _number: cache.incr("count"), range(16)))
    assert found == list(range(1, 17))


@real
def test_wrong_passwords_are_limited_and_a_right_one_signs_in(redis, client, lena, sam):
    for _ in range(6):
        response = sign_in_by_form(client, lena.email, "wrong")
    assert response.status_code == 429
    other = Client()
    sign_in_by_form(other, sam.email)
    assert signed_in(other)


@real
def test_an_import_keeps_its_file_between_its_pages(redis, client, hanne):
    sign_in(client, hanne)
    before = User.objects.count()
    confirm(client, looked_at(client, rows(NEW)), follow=True)
    assert User.objects.count() == before + 1


def test_without_redis_nobody_signs_in_and_the_page_says_why(gone, client, lena):
    client.raise_request_exception = False
    assert client.get(reverse("account_login")).status_code == 200
    response = sign_in_by_form(client, lena.email)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "Nobody can sign in" in response.content.decode()
    assert not signed_in(client)
    page = client.post(reverse("account_reset_password"), {"email": lena.email})
    assert page.status_code == 503


def test_without_redis_people_who_are_signed_in_go_on(gone, client, lena, catalogue):
    sign_in(client, lena)
    for name in ("dashboard", "module_list", "event_list", "document_list", "account"):
        assert client.get(reverse(name)).status_code == 200, name
    assert client.get(catalogue.get_absolute_url()).status_code == 200


def test_without_redis_a_form_runs_and_says_what_it_did(gone, lena, catalogue):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, lena)
    page = client.get(reverse("event_list"))
    event = page.context["page"].object_list[0]
    token = page.context["csrf_token"]
    data = {"csrfmiddlewaretoken": str(token)}
    for _click in range(2):
        response = client.post(reverse("event_register", args=[event.pk]), data, headers={"Accept": "text/html"})
        assert response.status_code in (302, 409)
    assert event.registrations.filter(user=lena).count() == 1


def test_without_redis_support_works_and_confirming_a_password_is_closed(gone, client, sam, lena, catalogue):
    log_in_as(client, sam, lena)
    assert client.get(reverse("dashboard")).status_code == 200
    assert client.get(reverse("user_list")).status_code in (200, 404)
    other = Client(raise_request_exception=False)
    sign_in(other, sam)
    assert other.get(reverse("user_detail", args=[lena.pk])).status_code == 200
    response = other.post(reverse("confirm_identity"), {"password": "standin-demo"})
    assert response.status_code == 503
    assert "You are still signed in" in response.content.decode()


def test_without_redis_events_are_recorded_rather_than_lost(gone, lena):
    before = AuditEvent.objects.count()
    for _ in range(3):
        assert limits.record_within_limit("sign_in.failed", what="tries", by=lena.pk, most=1)
    assert AuditEvent.objects.count() == before + 3


@pytest.mark.parametrize("use", ["add", "get", "set", "touch", "delete", "incr", "get_many", "set_many", "has_key"])
def test_each_use_fails_as_an_unreachable_database_does(gone, use):
    arguments = {"add": [1], "set": [1], "incr": []}.get(use, [])
    key = {"get_many": ["a"], "set_many": {"a": 1}}.get(use, "a")
    with pytest.raises(CacheUnreachable):
        getattr(cache, use)(key, *arguments)
