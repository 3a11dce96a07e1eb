"""Runs that are interrupted: by the server, the browser, the actor, or a right that is taken away."""

import json

import pytest
from django.contrib.sessions.models import Session

from accounts.models import User
from accounts.users.bulk import actions
from tests.support.assumed import detail, events
from tests.support.bulk import REASON, active, choose, confirmed, crowd, of, people_of, said
from tests.support.changes import make_stale
from tests.support.factories import UserFactory, permission_type

pytestmark = pytest.mark.django_db


def lines(response):
    return [json.loads(each) for each in b"".join(response.streaming_content).splitlines()]


def test_the_script_reads_how_far_it_is(sams_browser, norreport, batches_of_two):
    people = crowd(5, norreport)
    run = choose(sams_browser, of(*people), "deactivate", reason=REASON)
    response = confirmed(sams_browser, run, streamed=True)
    assert lines(response) == [
        {"done": 2, "of": 5}, {"done": 4, "of": 5}, {"done": 5, "of": 5}, {"go": run.get_absolute_url()},
    ]  # fmt: skip
    assert active(people) == []


def interrupted(client, run, monkeypatch):
    """Confirm the run, and break it after its first batch, as a server that is stopped does."""
    whole, calls = actions.do_batch, []

    def once(run, *, actor):
        if calls:
            raise RuntimeError("the server stops")
        calls.append(run)
        return whole(run, actor=actor)

    monkeypatch.setattr("accounts.users.bulk.views.do_batch", once)
    client.raise_request_exception = False
    response = confirmed(client, run)
    assert response.status_code == 500
    monkeypatch.setattr("accounts.users.bulk.views.do_batch", whole)
    run.refresh_from_db()


def test_an_interrupted_run_goes_on_with_the_remaining_people(sams_browser, norreport, batches_of_two, monkeypatch):
    people = crowd(5, norreport)
    run = choose(sams_browser, of(*people), "deactivate", reason=REASON)
    interrupted(sams_browser, run, monkeypatch)
    assert (run.state, run.done, run.remaining) == ("running", 2, 3)
    assert active(people) == ["Guest2", "Guest3", "Guest4"]
    assert "3 people are left." in said(sams_browser.get("/users/"))
    assert "Go on with the remaining 3" in said(sams_browser.get(run.get_absolute_url()))
    assert sams_browser.post(run.get_absolute_url(), {"step": "go_on"}).url == run.get_absolute_url()
    assert people_of("user.deactivated") == [person.pk for person in people]
    sams_browser.post(run.get_absolute_url(), {"step": "go_on"})
    sams_browser.post(run.get_absolute_url(), {"step": "confirm"})
    assert len(events("user.deactivated")) == 5, "doing it twice does nothing twice"
    assert "is not finished" not in said(sams_browser.get("/users/"))


def test_an_interrupted_run_can_be_stopped(sams_browser, norreport, batches_of_two, monkeypatch):
    people = crowd(5, norreport)
    run = choose(sams_browser, of(*people), "deactivate", reason=REASON)
    interrupted(sams_browser, run, monkeypatch)
    assert sams_browser.post(run.get_absolute_url(), {"step": "stop"}).status_code == 302
    page = said(sams_browser.get(run.get_absolute_url()))
    assert "2 people were changed." in page
    assert "3 people were not reached." in page
    sams_browser.post(run.get_absolute_url(), {"step": "go_on"})
    assert active(people) == ["Guest2", "Guest3", "Guest4"]
    assert [detail(event)["step"] for event in events("user.bulk_changed")] == ["started", "stopped"]


def test_a_browser_that_goes_away_leaves_finished_batches(sams_browser, norreport, batches_of_two):
    people = crowd(5, norreport)
    run = choose(sams_browser, of(*people), "deactivate", reason=REASON)
    pieces = confirmed(sams_browser, run, streamed=True).streaming_content
    next(iter(pieces))
    run.refresh_from_db()
    assert (run.done, run.remaining, len(events("user.deactivated"))) == (2, 3, 2)


def test_who_loses_the_right_half_way_changes_nobody_more_and_is_told(sams_browser, sam, norreport, batches_of_two):
    people = crowd(5, norreport)
    run = choose(sams_browser, of(*people), "deactivate", reason=REASON)
    pieces = iter(confirmed(sams_browser, run, streamed=True).streaming_content)
    next(pieces)
    sam.groups.set([permission_type("Looks", "see_people")])
    assert [json.loads(line) for line in pieces] == [{"go": run.get_absolute_url()}]
    assert active(people) == ["Guest2", "Guest3", "Guest4"]
    page = said(sams_browser.get(run.get_absolute_url()))
    assert "It can&#x27;t go on" in page or "It can't go on" in page
    assert "Go on with" not in page
    assert sams_browser.post(run.get_absolute_url(), {"step": "go_on"}).status_code == 302
    assert len(active(people)) == 3
    sams_browser.post(run.get_absolute_url(), {"step": "stop"})
    run.refresh_from_db()
    assert run.state == "stopped"


def test_who_is_signed_out_half_way_changes_nobody_more(sams_browser, norreport, batches_of_two):
    people = crowd(5, norreport)
    run = choose(sams_browser, of(*people), "deactivate", reason=REASON)
    pieces = iter(confirmed(sams_browser, run, streamed=True).streaming_content)
    next(pieces)
    Session.objects.all().delete()
    assert [json.loads(line) for line in pieces] == [{"go": run.get_absolute_url()}]
    assert len(active(people)) == 3


def test_going_on_takes_a_recent_authentication(sams_browser, norreport, batches_of_two, monkeypatch):
    people = crowd(5, norreport)
    run = choose(sams_browser, of(*people), "deactivate", reason=REASON)
    interrupted(sams_browser, run, monkeypatch)
    make_stale(sams_browser)
    for step in ("go_on",):
        response = sams_browser.post(run.get_absolute_url(), {"step": step})
        assert "/confirm" in response.url or "next=" in response.url
    assert len(active(people)) == 3


def test_a_person_who_left_is_left_out_when_it_goes_on(sams_browser, norreport, batches_of_two, monkeypatch):
    people = crowd(5, norreport)
    run = choose(sams_browser, of(*people), "deactivate", reason=REASON)
    interrupted(sams_browser, run, monkeypatch)
    User.objects.filter(pk=people[3].pk).update(is_protected=True)
    sams_browser.post(run.get_absolute_url(), {"step": "go_on"})
    assert active(people) == ["Guest3"]
    page = said(sams_browser.get(run.get_absolute_url()))
    assert "4 people were changed." in page
    assert "This account is protected." in page
    assert "Guest3 Holm" in page
    assert UserFactory(first_name="Nobody").is_active
