"""Progress of long work: as lines for a script, as one request for everybody else, and safe when the browser goes."""

import json
import logging
from unittest import mock

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone, translation

from accounts.authorization.decorators import post_only
from accounts.models import JobProfile
from accounts.users import progress
from audit import context, log
from config.urls import urlpatterns as project_urls
from tests.support.assumed import log_in_as, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
SEEN = []


def steps(names):
    """Create a job profile for each name, as one transaction each."""
    try:
        for number, name in enumerate(names, 1):
            if name == "bad":
                raise RuntimeError("half-way")
            SEEN.append((context.current().actor, translation.get_language(), timezone.get_current_timezone_name()))
            JobProfile.objects.create(name=name)
            yield number, len(names)
    finally:
        SEEN.append("closed")


@post_only
def work(request):
    if "refused" in request.POST:
        return HttpResponse("refused", status=409)
    return progress.answer(
        request, steps(request.POST.getlist("name")), go=lambda: f"/done/{JobProfile.objects.count()}/"
    )


@post_only
def undone(request):
    """Do all of the work in one transaction."""

    def at_once():
        with log.recording():
            yield from steps(request.POST.getlist("name"))

    return progress.answer(request, at_once(), go="/done/")


urlpatterns = [*project_urls, path("long/", work), path("undone/", undone)]


@pytest.fixture(autouse=True)
def nothing_seen():
    SEEN.clear()


def names():
    return set(JobProfile.objects.values_list("name", flat=True))


def ask(client, *wanted, address="/long/", **sent):
    return client.post(address, {"name": wanted, **sent}, headers={"accept": progress.CONTENT_TYPE})


def lines(response):
    return [json.loads(each) for each in b"".join(response.streaming_content).splitlines()]


def leave(response):
    """Close the response as the server does for a browser that is gone, but keep the connection of the test."""
    with mock.patch.object(connection, "close_if_unusable_or_obsolete"):
        response.close()


def test_a_form_without_the_script_is_one_request_with_a_redirect(client, sam):
    sign_in(client, sam)
    response = client.post("/long/", {"name": ["Barista", "Baker"]})
    assert (response.status_code, response.url) == (302, "/done/2/")
    assert names() == {"Barista", "Baker"}


def test_the_script_reads_each_step_and_where_to_go(client, sam):
    sign_in(client, sam)
    response = ask(client, "Barista", "Baker")
    assert response.streaming
    assert response["Content-Type"] == "application/x-ndjson"
    assert (response["Cache-Control"], response["X-Accel-Buffering"]) == ("no-store", "no")
    assert lines(response) == [{"done": 1, "of": 2}, {"done": 2, "of": 2}, {"go": "/done/2/"}]


def test_nothing_is_done_before_the_server_reads_and_each_step_is_stored_when_it_is_said(client, sam):
    sign_in(client, sam)
    response = ask(client, "Barista", "Baker")
    assert names() == set()
    pieces = iter(response.streaming_content)
    assert json.loads(next(pieces)) == {"done": 1, "of": 2}
    assert names() == {"Barista"}
    leave(response)


def test_the_work_knows_who_acts_and_how_they_read_though_the_middleware_is_through(client, sam):
    sam.time_zone = "Asia/Tokyo"
    sam.save()
    sign_in(client, sam)
    lines(ask(client, "Barista"))
    person, language, zone = SEEN[0]
    assert (person.id, language, zone) == (sam.pk, "en", "Asia/Tokyo")
    assert context.current() == context.NOBODY


def test_a_browser_that_goes_away_keeps_what_was_done_and_stops_there(client, sam):
    sign_in(client, sam)
    response = ask(client, "Barista", "Baker", "Cook")
    pieces = iter(response.streaming_content)
    next(pieces)
    leave(response)
    assert names() == {"Barista"}
    assert SEEN[-1] == "closed"
    assert list(pieces) == []


def test_a_browser_that_goes_away_undoes_work_that_is_one_transaction(client, sam):
    sign_in(client, sam)
    response = ask(client, "Barista", "Baker", address="/undone/")
    next(iter(response.streaming_content))
    assert names() == {"Barista"}
    leave(response)
    assert names() == set()


def test_a_browser_that_goes_before_the_first_step_does_nothing(client, sam):
    sign_in(client, sam)
    response = ask(client, "Barista")
    leave(response)
    assert lines(response) == []
    assert names() == set()


def test_work_that_fails_says_so_in_its_last_line_and_in_the_log(client, sam, caplog):
    sign_in(client, sam)
    with caplog.at_level(logging.ERROR, logger="accounts.users.progress"):
        assert lines(ask(client, "Barista", "bad", "Cook")) == [{"done": 1, "of": 3}, {"failed": True}]
    assert "RuntimeError: half-way" in caplog.text
    assert names() == {"Barista"}


def test_work_that_fails_without_the_script_is_an_error_like_any_other(client, sam):
    browser = Client(raise_request_exception=False)
    sign_in(browser, sam)
    assert browser.post("/long/", {"name": ["Barista", "bad"]}).status_code == 500
    assert names() == {"Barista"}


def test_a_refusal_is_an_ordinary_page_for_the_script_too(client, sam):
    sign_in(client, sam)
    response = ask(client, "Barista", refused="yes")
    assert (response.status_code, response.streaming, names()) == (409, False, set())


def test_long_work_is_closed_in_an_assumed_session(client, sam, lena):
    log_in_as(client, sam, lena)
    response = ask(client, "Barista")
    assert (response.status_code, response.streaming, names()) == (403, False, set())


def test_a_form_with_progress_that_is_sent_twice_without_the_script_runs_once(client, sam):
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, sam)
    page = browser.get("/account/")
    token = str(page.context["csrf_token"])
    sent = {"name": ["Barista"], "csrfmiddlewaretoken": token}
    first, second = browser.post("/long/", sent), browser.post("/long/", sent)
    assert (first.url, second.url) == ("/done/1/", "/done/1/")
    assert JobProfile.objects.count() == 1
