"""Sixteen starts at the same moment: one live session remains, and the log knows what became of the others."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.urls import reverse

from audit.verification.checker import verify
from impersonation import actions
from impersonation.models import AssumedSession
from tests.support.assumed import detail, events, post_login_as, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 16


def starts_at_once(clients, targets):
    """Post all of them when all are ready; returns their statuses."""
    ready = Barrier(len(clients))

    def start(pair):
        client, target = pair
        try:
            ready.wait(timeout=30)
            return post_login_as(client, target).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(start, zip(clients, targets, strict=True)))


def one_is_left(count):
    """One live session out of all; each other ended once, superseded; and the log is whole."""
    live = AssumedSession.objects.live().get()
    started = {event.assumed_session for event in events("assumed_session.started")}
    ended = [event.assumed_session for event in events("assumed_session.ended")]
    assert len(started) == count == AssumedSession.objects.count()
    assert sorted(ended) == sorted(started - {live.pk})
    assert {detail(event)["cause"] for event in events("assumed_session.ended")} <= {"superseded"}
    assert verify().exit_code == 0
    return live


def test_sixteen_browsers_of_one_actor_at_once_leave_one_live_session(sam, lena, max_):
    clients = [Client() for _ in range(AT_ONCE)]
    for client in clients:
        sign_in(client, sam)
    assert starts_at_once(clients, [lena, max_] * 8) == [302] * AT_ONCE
    live = one_is_left(AT_ONCE)
    in_their_place = [client for client in clients if client.get(reverse("assumed_session")).status_code == 200]
    assert [client.session.session_key for client in in_their_place] == [live.browser_session]


def test_one_browser_that_starts_sixteen_times_at_once_starts_once(client, sam, lena, monkeypatch):
    each_knows_the_browser_session, start = Barrier(AT_ONCE), actions.start

    def start_together(**given):
        each_knows_the_browser_session.wait(timeout=30)
        return start(**given)

    monkeypatch.setattr(actions, "start", start_together)
    sign_in(client, sam)
    key = client.session.session_key
    clients = [Client(raise_request_exception=False) for _ in range(AT_ONCE)]
    for each in clients:
        each.cookies["sessionid"] = key
    statuses = starts_at_once(clients, [lena] * AT_ONCE)
    # The second one finds, under lock, a browser session that is gone, and is led to the sign-in page.
    assert statuses == [302] * AT_ONCE
    assert sum(each.cookies["sessionid"].value != key for each in clients) == 1
    live = one_is_left(1)
    assert Session.objects.get().session_key == live.browser_session
