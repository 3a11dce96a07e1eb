"""Every address × every method × everybody: nothing breaks, everybody gets the answer that is due, in valid HTML."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit import context
from impersonation.models import AssumedSession
from learning.models import Document, Event
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.url_configuration import methods, patterns
from tests.support.valid_html import html_of, what_is_wrong
from tests.support.writes import OF_THE_REQUEST, watching_writes

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SAFE = {"GET", "HEAD", "OPTIONS"}
EVERYBODY = (
    "anonymous", "learner", "manager", "support", "regional", "auditor", "creator", "owner", "act", "look only",
)  # fmt: skip
PUBLIC = {
    "account_login", "account_logout", "account_inactive", "account_reset_password",
    "metrics", "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "admin:jsi18n", "assumed_session_now", "mfa_authenticate", "choose_language", "brand_logo", "brand_colours",
    "demo_sign_in",
}  # fmt: skip
# What ends the session that the walk walks in; each has tests of its own.
ENDINGS = {"account_logout", "assumed_session_exit"}
# Bookkeeping of a request in an assumed session, and of a refused start: the last activity, the way out, counters.
BOOKKEEPING = OF_THE_REQUEST | {"impersonation_assumedsession"}
# The table of expected answers. For who is signed in: what they may meet at an address of each sort.
PEOPLE_PAGES = re.compile(r"^/(users|permissions|organisation|settings|assumed-sessions)/")


@pytest.fixture
def people(catalogue, lena, mona, sam, rita, audrey, carl, owner, max_):
    return {
        "learner": lena, "manager": mona, "support": sam, "regional": rita, "auditor": audrey, "creator": carl,
        "owner": owner,
    }  # fmt: skip


def addresses(people, catalogue):
    """Every address of the configuration, as (name, address, pattern), its gaps filled with what exists."""
    numbers = {"users/": people["learner"].pk}
    for model in (Event, Document):
        numbers |= {f"{model._meta.model_name}s/": getattr(model.objects.first(), "pk", 1)}
    filled = {"uidb36": "a", "key": "b-c", "url": "nothing", "content_type_id": "1", "app_label": "audit"}
    filled |= {"version": "0" * 32, "colour": "aa5500"}
    for name, route, pattern in patterns():
        pk = next((number for part, number in numbers.items() if part in route), catalogue.pk)
        known = {"object_id": "1", "pk": pk} | filled
        route = re.sub(r"<uuid:\w+>", "11111111-1111-4111-8111-111111111111", route)
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda gap, known=known: str(known.get(gap[1], 1)), simple(route))
        yield name or route, f"/{address}", pattern


def simple(route):
    """Return a route without the signs of a regular expression."""
    for expression, plain in {
        r"(?P<version>[0-9a-f]{32})": "<version>", r"(?P<colour>[0-9a-f]{6})": "<colour>", r"\Z": "",
        r"(?P<uidb36>[0-9A-Za-z]+)": "<uidb36>", r"(?P<key>.+)": "<key>",
        r"(?P<app_label>audit|impersonation|learning)": "<app_label>", r"(?P<url>.*)": "<url>",
    }.items():  # fmt: skip
        route = route.replace(expression, plain)
    route = re.sub(r"\(\?P<app_label>[^)]*\)", "<app_label>", route)
    return re.sub(r"[\^$\\]", "", route)


def browser_of(who, people):
    client = Client(raise_request_exception=False)
    if who == "act":
        log_in_as(client, people["support"], people["learner"])
    elif who == "look only":
        log_in_as(client, people["support"], people["learner"], mode="look_only")
    elif who != "anonymous":
        sign_in(client, people[who])
    return client


def expected(who, name, address, pattern, method):
    """Return the statuses that may answer; an answer outside of them is a hole, or a broken page."""
    view = pattern.callback
    package = name.startswith("admin:") or view.__module__.startswith("allauth.")
    own = package or getattr(view, "own_account_only", False)
    if who == "anonymous":
        if name in PUBLIC:
            return {200, 302, 400, 404, 405, 422}
        return {302}
    if who in ("act", "look only"):
        if name == "account_login" and method in SAFE:
            return {302}  # as for everybody who is in already
        if own or (method not in SAFE and not getattr(view, "always_open", False) and closed(who, view)):
            return {403}
        return {200, 302, 403, 404, 405, 409, 422}  # 409: a submit that shows no answers hands nothing in
    if name.startswith("admin:") and who not in ("auditor", "creator", "owner"):
        return {404}
    answers = methods(view)
    if answers is not None and method not in answers:
        return {405}
    if PEOPLE_PAGES.match(address) and who in ("learner", "auditor", "creator"):
        return {403, 404}
    return {200, 204, 302, 400, 403, 404, 405, 409, 422}


def closed(who, view):
    return who == "look only" or not getattr(view, "allowed_on_behalf", False)


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_gets_the_answer_that_is_due_everywhere(who, people, catalogue, settings):
    walk(who, ("GET", "POST"), people, catalogue, settings)


@pytest.mark.parametrize("who", ["act", "look only"])
def test_on_behalf_of_somebody_every_other_method_gets_it_too(who, people, catalogue, settings):
    walk(who, ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"), people, catalogue, settings)


@pytest.mark.long
@pytest.mark.parametrize("who", EVERYBODY[:-2])
def test_everybody_gets_it_whatever_the_method(who, people, catalogue, settings):
    walk(who, ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"), people, catalogue, settings)


def walk(who, methods_used, people, catalogue, settings):
    """Ask everywhere as somebody, and collect every answer that was not expected and every write that was not due."""
    settings.ACCOUNT_RATE_LIMITS = False  # the walk asks for the same page too often
    client = browser_of(who, people)
    before = people_as_they_are()
    session = AssumedSession.objects.first()
    wrong, walked = [], 0
    for name, address, pattern in addresses(people, catalogue):
        if name in ENDINGS:
            continue
        for method in methods_used:
            with watching_writes(BOOKKEEPING, unless=outside_a_request) as written:
                response = client.generic(method, address)
                close_file_of(response)
            walked += 1
            if "sessionid" in response.cookies:
                wrong.append(f"{method} {address} ({name}) sets the cookie of the browser session")
            wrong += [f"{method} {address} ({name}): {what}" for what in what_is_wrong(html_of(response))]
            if response.status_code not in expected(who, name, address, pattern, method):
                wrong.append(f"{method} {address} ({name}): {response.status_code}")
            if written and (who == "anonymous" or method in SAFE or response.status_code in (403, 404, 405)):
                wrong.append(f"{method} {address} ({name}): {response.status_code} wrote {written}")
    assert wrong == [], "\n".join(wrong)
    assert walked > 60 * len(methods_used)
    assert people_as_they_are() == before
    if session:
        assert AssumedSession.objects.get().ended_at is None, "the walk left the session on its way"


@pytest.mark.parametrize("who", ["act", "look only"])
def test_what_the_walk_saw_and_was_refused_is_on_record_once(who, people, catalogue, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    client = browser_of(who, people)
    seen, refused = set(), set()
    for _time in range(2):
        for name, address, pattern in addresses(people, catalogue):
            for method in () if name in ENDINGS else ("GET", "POST"):
                response = client.generic(method, address)
                view = pattern.callback
                if response.status_code == 403 and not getattr(view, "always_open", False):
                    refused.add((method, address))
                elif method == "GET" and response.status_code == 200 and getattr(view, "shown", None):
                    seen.add(name)
    looks = [detail(event) for event in events("assumed_session.looked")]
    blocks = [detail(event) for event in events("assumed_session.blocked")]
    assert sorted(look["view"] for look in looks) == sorted(seen)
    assert sorted((block["method"], block["path"]) for block in blocks) == sorted(refused)
    assert len(seen) == 9
    assert len(refused) > 60


def close_file_of(response):
    """As a server would; `close()` itself would close the test's database connection too."""
    for close in response._resource_closers:
        close()


def outside_a_request(table):
    return context.current().request_id is None


def people_as_they_are():
    return list(User.objects.order_by("pk").values("pk", "password", "email", "is_active", "is_staff", "last_login"))


@pytest.mark.parametrize("who", ["act", "look only"])
@pytest.mark.parametrize("name", sorted(ENDINGS))
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
def test_a_way_out_is_taken_by_post_alone(who, people, name, method):
    client = browser_of(who, people)
    response = client.generic(method, reverse(name))
    assert response.status_code < 500
    # Sign-out is the package's view, for which every unsafe method is the same wish.
    gone = name == "account_logout" and method not in SAFE
    assert (AssumedSession.objects.get().ended_at is not None) == gone


def test_the_walk_reaches_every_address_of_the_configuration(people, catalogue):
    reached = {name for name, _address, _pattern in addresses(people, catalogue)}
    assert {"dashboard", "login_as", "access_history", "admin:index", "account_login"} <= reached
    unresolved = [
        address for _name, address, _pattern in addresses(people, catalogue) if "<" in address or "(" in address
    ]
    assert unresolved == []
