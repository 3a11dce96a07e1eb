"""The same form twice at the same moment: one does the work, and the other waits and is answered as the first."""

from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from threading import Barrier

import pytest
from allauth.account.internal.flows import password_change
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEvent
from audit.verification.checker import verify
from impersonation import replaced_keys
from impersonation.models import AssumedSession
from tests.support.assumed import events
from tests.support.every_form import World, ready, send

from .test_sent_twice import everything

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(sam, rita, lena, max_, ina, owner, mona, catalogue, norreport, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    return World(sam=sam, rita=rita, lena=lena, max=max_, ina=ina, owner=owner, mona=mona, module=catalogue)


def at_once(world, address, data):
    """Send the form from two tabs of one browser; returns both answers."""
    together = Barrier(2)

    def send_it(_number):
        tab = Client(enforce_csrf_checks=True)
        tab.cookies = SimpleCookie({name: morsel.value for name, morsel in world.browser.cookies.items()})
        try:
            together.wait(timeout=30)
            return send(tab, address, data)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(send_it, range(2)))


# An act adds several of these.
OF_THE_RECORD = ("audit.AuditEvent", "audit.AuditText", "accounts.FieldChange")
ONE_EVENT = {
    "user_create": "user.created",
    "user_edit": "user.changed",
    "user_invite": "user.invited",
    "user_send_password_link": "user.password_link_sent",
    "permission_type_create": "permission_type.created",
    "account_change_password": "user.password_changed",
}


@pytest.mark.parametrize("name", [*ONE_EVENT, "user_import_preview", "event_register", "admin:learning_event_add"])
def test_of_two_at_once_one_does_the_work(world, name):
    address, data = ready(world, name)
    before = everything()[0]
    answers = at_once(world, address, data)
    assert [answer.status_code for answer in answers] == [302, 302]
    places = {answer.url for answer in answers}
    if name == "account_change_password":  # the browser that sent the old key once more is told what happened to it
        places -= {f"/accounts/login/?replaced=signed_in&next={address}"}
    assert len(places) == 1
    if name in ONE_EVENT:
        assert len(events(ONE_EVENT[name])) == 1
    more = {label: count - before[label] for label, count in everything()[0].items() if count != before[label]}
    assert all(count == 1 for label, count in more.items() if label not in OF_THE_RECORD), more
    assert verify().exit_code == 0


def test_of_two_starts_at_once_both_lead_to_the_one_session(world):
    address, data = ready(world, "login_as")
    answers = at_once(world, address, data)
    session = AssumedSession.objects.get()
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, "/")] * 2
    assert {answer.cookies["sessionid"].value for answer in answers} == {session.browser_session}
    assert AuditEvent.objects.filter(kind="assumed_session.started").count() == 1
    assert session.ended_at is None
    for answer in answers:
        tab = Client()
        tab.cookies["sessionid"] = answer.cookies["sessionid"].value
        assert tab.get("/").wsgi_request.user == world.lena


def test_of_two_exits_at_once_both_lead_back_to_lena_with_the_cause(world):
    address, data = ready(world, "assumed_session_exit")
    answers = at_once(world, address, data)
    back = f"{reverse('account_login')}?ended=exit&next=%2Fusers%2F%3Fid%3D{world.lena.pk}"
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, back)] * 2
    assert len(events("assumed_session.ended")) == 1


def test_two_sign_ins_at_once_both_lead_on(world):
    """Two, and on record as two: each has shown the password, and nobody knows that it is one browser."""
    address, data = ready(world, "account_login")
    answers = at_once(world, address, data)
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, "/modules/")] * 2
    assert User.objects.get(pk=world.lena.pk).last_login is not None


@pytest.mark.parametrize(("name", "word"), [("account_change_password", "signed_in"), ("account_logout", "signed_out")])
def test_no_request_finds_a_replaced_key_that_is_unknown(world, monkeypatch, name, word):
    address, data = ready(world, name)
    key, found = world.browser.cookies["sessionid"].value, []
    delete = SessionStore.delete

    def look_and_delete(store, session_key=None):
        found.append(replaced_keys.remembered(key))
        delete(store, session_key)

    monkeypatch.setattr(SessionStore, "delete", look_and_delete)
    send(world.browser, address, data)
    assert found[0] == word


def test_no_request_finds_the_new_password_with_the_old_session(world, monkeypatch):
    address, data = ready(world, "account_change_password")
    before, found = User.objects.get(pk=world.owner.pk).password, []

    def read_elsewhere():
        try:
            return User.objects.get(pk=world.owner.pk).password
        finally:
            connections.close_all()

    def look_and_update(request, user):
        with ThreadPoolExecutor(1) as pool:
            found.append(pool.submit(read_elsewhere).result())
        update_session_auth_hash(request, user)

    monkeypatch.setattr(password_change, "update_session_auth_hash", look_and_update)
    send(world.browser, address, data)
    assert found == [before]
    assert User.objects.get(pk=world.owner.pk).password != before


def test_the_first_word_about_a_replaced_key_counts():
    replaced_keys.remember("k" * 32, is_signed_in=True)
    replaced_keys.remember("k" * 32, is_signed_in=False)
    assert replaced_keys.remembered("k" * 32) == replaced_keys.SIGNED_IN
