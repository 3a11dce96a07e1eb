"""Late answers: another tab of the same browser sends the current cookies and gets its answer later."""

from contextlib import contextmanager
from http.cookies import SimpleCookie
from threading import Event

from django.test import Client


def another_tab(client):
    """Return a tab that sends the browser's cookies of this moment, even if they change meanwhile."""
    tab = Client(enforce_csrf_checks=client.handler.enforce_csrf_checks)
    tab.cookies = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
    return tab


def arrive(client, response):
    """Deliver another tab's answer: the browser stores its cookies, as with every answer."""
    client.cookies.update(response.cookies)


def cookies_of(client):
    return {name: client.cookies[name].value for name in ("sessionid", "csrftoken") if name in client.cookies}


class Hold:
    """A request to a path that waits in the server, before it is processed or with its answer ready."""

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
    Hold the next request to the path until the block calls `may_go.set()` or ends.

    answered: hold the answer instead, after the server has processed the request.
    """
    hold = Hold(path, answered=answered)
    holds.append(hold)
    try:
        yield hold
    finally:
        hold.may_go.set()


def middleware(get_response):
    """Hold requests before all other middleware (tests/settings.py)."""

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
