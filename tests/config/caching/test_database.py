"""The cache: an attacker who writes to its table neither runs code nor changes what is read; throttles count right."""

import base64
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.core.cache import cache, caches
from django.core.cache.backends.base import InvalidCacheKey
from django.core.management import call_command
from django.db import connection, connections
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse
from django.utils import timezone

from config import checks
from config.models import CacheEntry
from config.settings import BASE_DIR
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from config.urls import urlpatterns as project_urls
from tests.accounts.authentication.test_backends import sign_in_by_form, signed_in
from tests.support.assumed import data_queries, log_in_as, sign_in
from tests.support.import_files import rows
from tests.support.import_pages import NEW, confirm, looked_at

pytestmark = pytest.mark.django_db


def writes_to_the_cache(request):
    """Return a page that uses the cache in every way; it answers with what each call returned."""
    answers = [
        cache.get("old"), cache.add("new", 1), cache.set("new", 1), cache.incr("count"),
        cache.touch("count"), cache.delete("count"), cache.clear(), cache.get("count"),
    ]  # fmt: skip
    return HttpResponse(repr(answers))


urlpatterns = [*project_urls, path("writes-to-the-cache/", writes_to_the_cache)]


@pytest.fixture(autouse=True)
def empty_cache(db):
    cache.clear()
    yield
    cache.clear()


class Payload:
    """Unpickling it makes a folder."""

    def __init__(self, folder):
        self.folder = str(folder)

    def __reduce__(self):
        return os.mkdir, (self.folder,)


def plant(value, key="%"):
    """Overwrite entries behind the back of the cache, as an attacker with access to the database does."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE config_cacheentry SET value = %s WHERE key LIKE %s", [value, key])
        return cursor.rowcount


def test_a_pickle_in_the_table_does_not_run_at_an_anonymous_sign_in(client, lena, tmp_path, caplog):
    sign_in_by_form(client, lena.email, "wrong")
    payload = base64.b64encode(pickle.dumps(Payload(tmp_path / "it-ran"))).decode()
    assert plant(payload, "%sign_in%") > 1
    sign_in_by_form(client, lena.email, "wrong")
    assert not (tmp_path / "it-ran").exists()
    assert "was not signed by this installation" in caplog.text
    sign_in_by_form(client, lena.email)
    assert signed_in(client)


def test_nothing_unpickles_while_people_sign_in_are_throttled_and_import(client, hanne, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("pickle was asked")

    for name in ("loads", "load", "dumps", "dump", "Unpickler", "Pickler"):
        monkeypatch.setattr(pickle, name, refuse)
    for _ in range(12):
        response = sign_in_by_form(client, hanne.email, "wrong")
    assert response.status_code == 429 or "Too many" in response.content.decode()
    sign_in(client, hanne)
    page = looked_at(client, rows(NEW))
    assert confirm(client, page, follow=True).status_code == 200
    assert CacheEntry.objects.exists()


@pytest.mark.parametrize("forge", ["value", "another_key", "longer_life", "another_secret", "no_json"])
def test_a_row_that_was_not_signed_for_its_key_and_expiry_is_as_good_as_absent(forge, caplog, settings):
    cache.set("mine", "good", 60)
    cache.set("other", "stolen", 600)
    mine, other = (CacheEntry.objects.get(pk=f":1:{name}") for name in ("mine", "other"))
    if forge == "value":
        plant(mine.value.replace("good", "evil"), mine.pk)
    elif forge == "another_key":
        plant(other.value, mine.pk)
    elif forge == "longer_life":
        _before, expires, _after = mine.value.split(", ", 2)
        plant(mine.value.replace(expires, str(float(expires) + 600)), mine.pk)
    elif forge == "another_secret":
        settings.SECRET_KEY = "somebody else's secret key, of another installation"
    else:
        plant("{", mine.pk)
    assert cache.get("mine", "nothing") == "nothing"
    assert "mine" in caplog.text
    with pytest.raises(ValueError, match="not found"):
        cache.incr("mine")
    assert not cache.touch("mine")
    assert cache.add("mine", 1, 60), "a forged row must not keep a counter or a lock from being set"
    assert cache.incr("mine") == 2
    assert not cache.add("mine", 1, 60)


def test_an_expiry_that_was_changed_beside_the_signature_changes_nothing():
    cache.set("mine", "good", 60)
    CacheEntry.objects.update(expires_at=timezone.now() + timedelta(days=1))
    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False):
        assert cache.get("mine") is None


def test_what_a_cache_promises():
    assert cache.add("number", 1, 60)
    assert not cache.add("number", 5, 60)
    assert (cache.incr("number", 4), cache.decr("number"), cache.get("number")) == (5, 4, 4)
    cache.set_many({"a": [1.5, None, True, {"æ": "ø"}], "none": None}, None)
    assert cache.get_many(["a", "none", "missing"]) == {"a": [1.5, None, True, {"æ": "ø"}], "none": None}
    assert "none" in cache
    assert cache.get("missing", "default") == "default"
    assert cache.touch("number", 600)
    with time_machine.travel(timezone.now() + timedelta(seconds=599), tick=False):
        assert cache.get("number") == 4
    with time_machine.travel(timezone.now() + timedelta(seconds=601), tick=False):
        assert cache.get("number") is None
        assert cache.add("number", 7, 60), "what has expired is replaced"
        assert cache.get("a") is not None
    assert cache.delete("a")
    assert not cache.delete("a")
    cache.set("gone", 1, 0)
    assert cache.get("gone") is None
    cache.clear()
    assert not CacheEntry.objects.exists()


def test_a_key_that_no_cache_could_hold_and_a_value_that_is_no_json_are_refused():
    for key in ("x" * 250, "with space", "line\nbreak"):
        with pytest.raises(InvalidCacheKey):
            cache.set(key, 1)
    with pytest.raises(TypeError):
        cache.set("key", object())
    assert not CacheEntry.objects.exists()


def test_of_too_many_entries_the_expired_go_and_then_those_that_expire_first(monkeypatch):
    monkeypatch.setattr(caches["default"], "_max_entries", 6)
    for number in range(6):
        cache.set(f"entry-{number}", number, 60 + number)
    CacheEntry.objects.filter(pk=":1:entry-5").update(expires_at=timezone.now() - timedelta(seconds=1))
    cache.set("for-ever", 1, None)
    assert sorted(CacheEntry.objects.values_list("pk", flat=True)) == [
        ":1:entry-0", ":1:entry-1", ":1:entry-2", ":1:entry-3", ":1:entry-4", ":1:for-ever",
    ]  # fmt: skip
    cache.set("one-more", 1, 600)
    assert sorted(CacheEntry.objects.values_list("pk", flat=True)) == [
        ":1:entry-2", ":1:entry-3", ":1:entry-4", ":1:for-ever", ":1:one-more",
    ]  # fmt: skip


def at_once(calls):
    """Run the calls in threads with connections of their own, all of them when all are ready."""
    ready = Barrier(len(calls))

    def run(call):
        try:
            ready.wait(timeout=30)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", ["nothing", "expired", "forged"])
def test_of_sixteen_that_add_at_once_one_does_and_sixteen_counts_make_sixteen(before):
    for round_ in range(5):
        key = f"counter-{round_}"
        if before != "nothing":
            cache.set(key, 100, -1 if before == "expired" else 60)
        if before == "forged":
            plant("forged", f":1:{key}")
        assert sorted(at_once([lambda key=key: cache.add(key, 0, 60)] * 16)) == [False] * 15 + [True]
        assert sorted(at_once([lambda key=key: cache.incr(key)] * 16)) == list(range(1, 17))


@pytest.mark.urls(__name__)
def test_a_page_that_is_looked_at_and_writes_to_the_cache_is_shown_and_writes_nothing(client, sam, lena):
    log_in_as(client, sam, lena)
    cache.set("count", 4, 60)
    cache.set("old", 1, 0)
    before = list(CacheEntry.objects.order_by("pk").values())
    response = client.get("/writes-to-the-cache/")
    assert response.content.decode() == "[None, False, None, 5, False, False, None, 4]"
    assert list(CacheEntry.objects.order_by("pk").values()) == before
    client.post(reverse("assumed_session_exit"))
    sign_in(client, lena)
    response = client.get("/writes-to-the-cache/")
    assert response.content.decode() == "[None, True, None, 5, True, True, None, None]"


def test_what_each_call_costs():
    cache.set("key", 1, 60)
    costs = {
        "get": lambda: cache.get("key"),
        "set": lambda: cache.set("key", 1, 60),
        "add": lambda: cache.add("new", 1, 60),
        "incr": lambda: cache.incr("key"),
        "delete": lambda: cache.delete("key"),
    }
    for name, call in costs.items():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            call()
        costs[name] = len(data_queries(captured.captured_queries))
    assert costs == {"get": 1, "set": 2, "add": 2, "incr": 2, "delete": 1}


def test_djangos_command_for_cache_tables_makes_none(capsys):
    before = connection.introspection.table_names()
    call_command("createcachetable")
    assert connection.introspection.table_names() == before


REDIS = {"BACKEND": checks.REDIS, "LOCATION": "redis://127.0.0.1:1/0"}


@pytest.mark.once
@pytest.mark.parametrize(
    ("backend", "allowed"),
    [
        ({"BACKEND": checks.OURS}, True),
        (REDIS | {"OPTIONS": {"serializer": checks.SERIALIZER}}, True),
        (REDIS, False),
        (REDIS | {"OPTIONS": {"serializer": "django.core.cache.backends.redis.RedisSerializer"}}, False),
        ({"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}, False),
        ({"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": "/tmp/x"}, False),
        ({"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache"}, False),
        ({"BACKEND": "django.core.cache.backends.dummy.DummyCache"}, False),
        ({"BACKEND": checks.LOCAL}, False),
    ],
)
def test_a_cache_that_unpickles_or_is_not_shared_is_refused(backend, allowed, settings):
    assert checks.is_allowed(backend) == allowed
    settings.DEBUG = True
    assert checks.is_allowed(backend) == (allowed or backend["BACKEND"] == checks.LOCAL)


@pytest.mark.once
@pytest.mark.parametrize(("url", "starts"), [("filecache:///tmp/x", False), ("redis://127.0.0.1:1/0", True)])
def test_the_server_does_not_start_with_a_cache_that_unpickles(url, starts):
    run = [sys.executable, "-c", "import config.wsgi"]
    done = subprocess.run(run, cwd=BASE_DIR, env={**os.environ, "CACHE_URL": url}, capture_output=True, text=True)
    assert (done.returncode == 0, "config.E001" in done.stderr) == (starts, not starts)


@pytest.mark.once
def test_redis_keeps_json_and_plain_integers():
    from config.caching.database import JSONSerializer

    serializer = JSONSerializer()
    assert serializer.dumps(5) == 5
    for value in (5, True, None, [1.5, "æ"], {"a": 1}):
        dumped = serializer.dumps(value)
        assert serializer.loads(str(dumped).encode() if dumped == 5 else dumped) == value
    with pytest.raises(ValueError, match="codec"):
        serializer.loads(pickle.dumps([1]))
