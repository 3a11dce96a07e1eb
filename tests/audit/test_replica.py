"""Lists from a read replica: which requests read it, and what happens when it lags, fails or is another database."""

from copy import copy

import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.users.filters import UserListForm
from audit import replica
from audit.replica import ALIAS, OWN_CHANGES_COOKIE, Router, Unusable, remember_own_changes
from tests.support.assumed import sign_in

pytestmark = pytest.mark.django_db
LISTS = ("user_list", "admin:audit_auditevent_changelist", "admin:audit_auditevent_summary")


class Standby:
    """A replica that holds what the primary holds, and says how far it is behind."""

    def __init__(self):
        self.lag, self.asked = 12.3, 0

    def __call__(self):
        self.asked += 1
        if isinstance(self.lag, Exception):
            raise self.lag
        return self.lag


@pytest.fixture
def standby(monkeypatch):
    found = Standby()
    monkeypatch.setattr(replica, "is_configured", lambda: True)
    monkeypatch.setattr(replica, "lag", found)
    monkeypatch.setattr(replica.health, "asked_again_at", 0.0)
    connections[ALIAS] = second = copy(connections["default"])
    second.alias = ALIAS
    yield found
    del connections[ALIAS]


@pytest.fixture
def owners(client, owner):
    sign_in(client, owner)
    client.cookies.pop(OWN_CHANGES_COOKIE, None)
    return client


@pytest.mark.parametrize("name", LISTS)
def test_a_list_comes_from_the_replica_and_says_how_old_it_is(standby, owners, name):
    response = owners.get(reverse(name))
    assert response.wsgi_request.read_from == ALIAS
    assert "As of 12 seconds ago." in response.content.decode()
    standby.lag = 0.2
    assert "As of" not in owners.get(reverse(name)).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_a_replica_that_lags_too_much_or_fails_or_is_another_one_is_not_read(standby, owners, name):
    standby.lag = 30.1
    assert owners.get(reverse(name)).wsgi_request.read_from == "default"
    for fault in (OperationalError("gone"), Unusable("another cluster")):
        standby.lag = fault
        replica.health.asked_again_at = 0.0
        asked = standby.asked
        for _page in range(3):
            response = owners.get(reverse(name))
            assert (response.status_code, response.wsgi_request.read_from) == (200, "default")
        assert standby.asked == asked + 1, "a replica that failed is left alone for a moment"


def test_a_replica_that_fails_during_a_page_costs_nobody_the_page(standby, owners, lena, monkeypatch):
    monkeypatch.setattr(UserListForm, "page", failing_once())
    response = owners.get(reverse("user_list"))
    assert response.status_code == 200
    assert response.wsgi_request.read_from == "default"
    assert lena.name in response.content.decode()


def failing_once():
    page = UserListForm.page

    def fail(self):
        if self.everybody.db == ALIAS:
            raise OperationalError("canceling statement due to conflict with recovery")
        return page(self)

    return fail


def test_ones_own_change_is_seen_at_once(standby, owners):
    request = owners.get(reverse("user_list")).wsgi_request
    for method, remembers in (("GET", False), ("POST", True), ("DELETE", True)):
        request.method = method
        response = remember_own_changes(lambda _request: owners.get("/healthz"))(request)
        assert (OWN_CHANGES_COOKIE in response.cookies) == remembers
    cookie = response.cookies[OWN_CHANGES_COOKIE]
    assert (cookie["max-age"], cookie["httponly"]) == (31, True), "longer than a replica in use may lag"
    owners.cookies[OWN_CHANGES_COOKIE] = "1"
    assert owners.get(reverse("user_list")).wsgi_request.read_from == "default"


def test_who_may_see_a_list_is_asked_of_the_primary(standby, lena, mona):
    client = Client()
    sign_in(client, lena)
    assert client.get(reverse("user_list")).status_code == 404
    mona.groups.clear()
    sign_in(client, mona)
    assert client.get(reverse("user_list")).status_code == 404


def test_objects_of_the_replica_are_written_to_the_primary(standby, lena):
    router = Router()
    user = User.objects.using(ALIAS).get(pk=lena.pk)
    assert router.db_for_write(User, instance=user) == "default"
    assert router.allow_relation(user, lena)
    assert (router.allow_migrate(ALIAS, "accounts"), router.allow_migrate("default", "accounts")) == (False, None)


def test_without_a_replica_nobody_asks_for_one(client, owner, monkeypatch):
    monkeypatch.setattr(replica, "lag", None)  # calling it fails
    sign_in(client, owner)
    assert client.get(reverse("user_list")).wsgi_request.read_from == "default"
    assert OWN_CHANGES_COOKIE not in client.cookies
