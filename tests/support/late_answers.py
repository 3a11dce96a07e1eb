"""Answers that come late: another tab of the same browser sends with the cookies of now, and is answered later."""

from contextlib import contextmanager
from http.cookies import SimpleCookie
from threading import Event

from django.test import Client


def another_tab(client):
    """A tab that sends what the browser's cookies are at this moment, whatever they become meanwhile."""
    tab = Client(enforce_csrf_checks=client.handler.enforce_csrf_checks)
    tab.cookies = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
    return tab


def arrive(client, response):
    """The answer to another tab arrives: the browser takes over its cookies, as it does with every answer."""
    client.cookies.update(response.cookies)


def cookies_of(client):
    return {name: client.cookies[name].value for name in ("sessionid", "csrftoken") if name in client.cookies}


class Hold:
    """One request to a path that waits in the server: before it is looked at, or with its answer ready."""

    def __init__(self, path, *, answered):
        self.path, self.answered = path, answered
        self.is_there, self.may_go = Event(), Event()

    def wait(self):
        self.is_there.set()
        assert self.may_go.wait(timeout=60)


holds: list[Hold] = []


@contextmanager
def holding(path, *, answered=False):
    """
    Hold the next request to the path until the block calls `may_go.set()`, at the latest at its end.

    answered: hold the answer instead, after the server has done everything.
    """
    hold = Hold(path, answered=answered)
    holds.append(hold)
    try:
        yield hold
    finally:
        hold.may_go.set()


def middleware(get_response):
    """Stands before all others (tests/settings.py)."""

    def wait_if_held(request):
        hold = next((hold for hold in holds if hold.path == request.path), None)
        if hold is None:
            return get_response(request)
        holds.remove(hold)
        if not hold.answered:
            hold.wait()
        response = get_response(request)
        if hold.answered:
            hold.wait()
        return response

    return wait_if_held
