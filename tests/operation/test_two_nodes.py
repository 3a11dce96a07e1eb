"""Two nodes that share the database alone: what one does holds on the other at the next request."""

import re
from contextlib import ExitStack
from urllib.request import Request

import pytest
from django.urls import reverse

from accounts.models import Organisation, User
from impersonation.models import AssumedSession, Cause
from learning.models import Registration
from tests.support.assumed import login_as_data
from tests.support.http_browser import Browser
from tests.support.import_files import rows
from tests.support.import_pages import COLUMNS, NEW, UPLOAD
from tests.support.production_server import serving

pytestmark = pytest.mark.django_db(transaction=True)
SIGN_IN, DASHBOARD, EXIT = (reverse(name) for name in ("account_login", "dashboard", "assumed_session_exit"))
BOUNDARY = "between the parts of a form"


class Shared(Browser):
    """A browser behind a balancer: its requests go to both nodes in turn, its cookies to both."""

    def __init__(self, addresses):
        super().__init__(addresses[0])
        self.addresses, self.asked = addresses, [0, 0]

    def open(self, path, data=None, **headers):
        turn = sum(self.asked) % 2
        self.address = self.addresses[turn]
        self.asked[turn] += 1
        return super().open(path, data, **headers)

    def page(self, path, data=None, *, of=None):
        """Open a page, or send a form of the page `of`. Return the path where it led, the status, and the text."""
        response = self.open(path) if data is None else self.send(path, data, page=of)
        return response.url.removeprefix(self.address).partition("?")[0], response.status, response.body.decode()

    def sign_in(self, person, password="standin-demo"):
        return self.page(SIGN_IN, {"login": person.email, "password": password})

    def upload(self, path, name, content):
        """Send a file with the form of a page, each by another node."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.text(path))[1]
        parts = [("csrfmiddlewaretoken", "", token), ("file", f'; filename="{name}"', content)]
        body = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"{more}\r\n\r\n{value}\r\n'
            for field, more, value in parts
        )
        self.address = self.addresses[sum(self.asked) % 2]
        self.asked[sum(self.asked) % 2] += 1
        kind = f'multipart/form-data; boundary="{BOUNDARY}"'
        request = Request(self.address + path, f"{body}--{BOUNDARY}--\r\n".encode(), {"Content-Type": kind})
        with self.opener.open(request) as response:
            return response.url.removeprefix(self.address), response.read().decode()


@pytest.fixture
def nodes(transactional_db, tmp_path):
    with ExitStack() as stack:
        ports = [stack.enter_context(serving(tmp_path / name)) for name in ("first", "second")]
        yield [f"http://127.0.0.1:{port}" for port in ports]


def test_sessions_forms_and_ends_hold_on_both_nodes(nodes, sam, lena, catalogue):
    learner, support = Shared(nodes), Shared(nodes)
    # The page of the form is one node's, the form goes to the other, and so does the page that it leads to.
    assert learner.sign_in(lena)[:2] == (DASHBOARD, 200)
    assert [learner.page(DASHBOARD)[:2] for _node in nodes] == [(DASHBOARD, 200)] * 2
    events = reverse("event_list")
    event = reverse("event_register", args=[Registration._meta.get_field("event").related_model.objects.get().pk])
    _path, _status, page = learner.page(event, {}, of=events)
    assert "You registered for" in page, "the message of one node is shown by the other"

    # An assumed session that one node starts is the other's too, and ends on both when Lena ends it.
    support.sign_in(sam)
    assert support.page(reverse("login_as", args=[lena.pk]), login_as_data())[:2] == (DASHBOARD, 200)
    for _node in nodes:
        assert f"{EXIT}" in support.page(DASHBOARD)[2]
    session = AssumedSession.objects.live().get()
    learner.page(reverse("access_end", args=[session.pk]), {}, of=reverse("access_history"))
    session.refresh_from_db()
    assert session.cause == Cause.ENDED_BY_PERSON
    path, _status, page = support.page(DASHBOARD)
    assert path == SIGN_IN
    assert str(session.get_cause_display()) in page

    # A deactivated person is out on both nodes at the next request.
    User.objects.filter(pk=lena.pk).update(is_active=False)
    assert [learner.page(DASHBOARD)[0] for _node in nodes] == [SIGN_IN] * 2

    # A rule of the company that changes is in force on both nodes at once.
    support.sign_in(sam)
    Organisation.objects.update_or_create(pk=1, defaults={"login_as_enabled": False})
    lena.is_active = True
    User.objects.filter(pk=lena.pk).update(is_active=True)
    for _node in nodes:
        assert support.page(reverse("login_as", args=[lena.pk]))[1] == 403
    assert min(*learner.asked, *support.asked) > 2, "both nodes answered both browsers"


@pytest.mark.long
def test_uploads_in_two_steps_and_rate_limits_are_shared(nodes, hanne, lena):
    clerk = Shared(nodes)
    clerk.sign_in(hanne)
    for _round in range(4):
        address, _page = clerk.upload(UPLOAD, "people.csv", rows(NEW))
        assert address in (COLUMNS, reverse("user_import_preview"))
        for _node in nodes:
            path, status, page = clerk.page(address)
            assert (path, status) == (address, 200)
            assert "people.csv" in page

    guesses, refused = Shared(nodes), 0
    for _guess in range(10):
        _path, status, _page = guesses.sign_in(lena, "wrong")
        refused += status == 429
    print(f"guesses 10, refused {refused}, asked {guesses.asked}")
    assert refused == 5, "five wrong passwords on both nodes together"
    assert min(guesses.asked) > 5
