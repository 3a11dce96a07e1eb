"""Health checks: who may ask, what the caller learns, and how long a database may take."""

import logging
import threading

import pytest
from django.db import DatabaseError
from django.test import Client

from config import health
from config.middleware import transport


@pytest.fixture(autouse=True)
def forgets(monkeypatch):
    monkeypatch.setattr(health, "_last_problem", "")
    monkeypatch.setattr(health, "_newest", health.Answer(float("-inf"), ""))


def said(caplog):
    return [record.getMessage() for record in caplog.records if record.name.startswith("config.")]


@pytest.mark.parametrize("path", [health.LIVE, health.READY])
@pytest.mark.parametrize("host", ["10.0.0.7:8000", "balancer", "not_a_host!", ""])
def test_health_checks_answer_any_host_over_plain_http(db, settings, path, host):
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["learning.example"]
    response = Client(headers={"host": host}).get(path)
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies
    assert Client(headers={"host": "10.0.0.7"}).get("/").status_code == 400


@pytest.mark.parametrize("path", [health.LIVE, health.READY])
def test_health_checks_only_read(db, path):
    assert Client().post(path).status_code == 405
    assert Client().head(path).status_code == 200


def test_the_process_lives_without_a_database(client):
    """This test has no database, so a query would be an error."""
    assert client.get(health.LIVE).status_code == 200


def test_a_ready_process_asks_five_questions(db):
    health.missing()
    found, answer = queries_of(health.missing)
    assert answer == ""
    assert len(found) == 5, found


def test_an_answer_holds_for_a_moment(db, client, monkeypatch):
    monkeypatch.setattr(health, "FRESH", 60)
    asked = []
    monkeypatch.setattr(health, "missing", lambda: asked.append(True) or "")
    assert [client.get(health.READY).status_code for _time in range(5)] == [200] * 5
    assert len(asked) == 1


def queries_of(ask):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        answer = ask()
    return [query["sql"] for query in captured], answer


def test_the_log_learns_what_is_missing_and_the_caller_does_not(db, client, monkeypatch, caplog):
    caplog.set_level(logging.INFO, "config.health")
    with monkeypatch.context() as patch:
        patch.setattr(health, "needed", lambda: {("accounts", "9999_later")})
        for _time in range(3):
            response = client.get(health.READY)
            assert (response.status_code, response.content) == (503, b"not ready\n")
    assert client.get(health.READY).status_code == 200
    assert said(caplog) == ["Not ready: migrations are missing: accounts.9999_later", "Ready again"]


def test_a_database_that_fails_is_not_ready(db, client, monkeypatch, caplog):
    def fail(connection):
        raise DatabaseError("the password is secret")

    monkeypatch.setattr(health.triggers, "missing", fail)
    assert client.get(health.READY).status_code == 503
    assert said(caplog) == ["Not ready: the database doesn't answer (DatabaseError)"]


def test_a_frozen_database_is_not_ready_in_bounded_time_and_holds_one_thread(db, client, monkeypatch):
    thawed, asked = threading.Event(), []

    def freeze():
        asked.append(1)
        thawed.wait()
        return ""

    monkeypatch.setattr(health, "LIMIT", 0.05)
    monkeypatch.setattr(health, "missing", freeze)
    assert [client.get(health.READY).status_code for _balancer in range(3)] == [503] * 3
    assert len(asked) == 1
    thawed.set()
    with health._one_at_a_time:
        """The first check has ended."""
    monkeypatch.setattr(health, "LIMIT", 60)
    assert client.get(health.READY).status_code == 200


def test_the_migrations_of_this_version_are_read_once(db, monkeypatch):
    first = health.needed()
    monkeypatch.setattr(health, "MigrationLoader", None)
    assert health.needed() is first
    assert ("accounts", "0001_initial") in first


@pytest.fixture
def https_only(settings, client):
    settings.SECURE_SSL_REDIRECT = True
    return lambda **headers: client.get("/accounts/login/", headers=headers)


def test_a_redirect_without_end_is_explained_if_no_proxy_is_trusted(db, settings, https_only, caplog):
    settings.TRUSTED_PROXY_COUNT = 0
    response = https_only(x_forwarded_proto="https")
    assert (response.status_code, "TRUSTED_PROXY_COUNT" in response.content.decode()) == (500, True)
    assert "csrfmiddlewaretoken" not in response.content.decode(), "nothing but the explanation comes over plain HTTP"
    assert not response.cookies
    assert said(caplog) == [f"{transport.NOT_TRUSTED} Every page would redirect to itself without end."]


def test_a_redirect_without_end_is_explained_if_the_proxy_says_nothing(db, settings, https_only):
    settings.TRUSTED_PROXY_COUNT, settings.SECURE_PROXY_SSL_HEADER = 1, ("HTTP_X_FORWARDED_PROTO", "https")
    response = https_only()
    assert (response.status_code, "X-Forwarded-Proto" in response.content.decode()) == (500, True)


@pytest.mark.parametrize(("count", "proto"), [(0, ""), (0, "http"), (1, "http"), (2, "http, https")])
def test_plain_http_still_redirects_to_https(db, settings, https_only, count, proto):
    settings.TRUSTED_PROXY_COUNT = count
    response = https_only(x_forwarded_proto=proto) if proto else https_only()
    assert response.status_code == 301
    assert response.url == "https://testserver/accounts/login/"


def test_a_proxy_that_is_trusted_gets_the_page(db, settings, https_only):
    settings.TRUSTED_PROXY_COUNT, settings.SECURE_PROXY_SSL_HEADER = 1, ("HTTP_X_FORWARDED_PROTO", "https")
    response = https_only(x_forwarded_proto="https")
    assert response.status_code == 200
    assert (
        "Strict-Transport-Security" not in response.headers
        or "preload" not in response.headers["Strict-Transport-Security"]
    )
