"""Named views: one's own, as the list spells them, and few."""

import pytest
from django.test import Client

from accounts.models import SavedView
from accounts.models.saved_views import MOST
from audit.verification.erasure import personal_data_erased
from tests.support.assumed import log_in_as, sign_in

pytestmark = pytest.mark.django_db
ADDRESS = "/users/views/"


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def keep(client, name, query="?q=lena"):
    return client.post(ADDRESS, {"name": name, "query": query})


def views(user):
    return list(SavedView.objects.filter(user=user).values_list("name", "query"))


def test_a_view_keeps_search_filters_order_and_columns(sams_browser, sam):
    query = "?q=lena&status=active&sort=-email&columns=email%2Cjob_profile&per=50"
    answer = keep(sams_browser, " New  people ", query + "&after=7&id=9&evil=1")
    assert answer.headers["Location"] == "/users/" + query
    assert views(sam) == [("New people", query)]
    page = sams_browser.get("/users/" + query).content.decode()
    assert f'<a href="/users/{query.replace("&", "&amp;")}" aria-current="page">New people</a>' in page
    assert 'aria-current="page">New people' not in sams_browser.get("/users/").content.decode()


def test_the_same_name_is_the_same_view(sams_browser, sam):
    keep(sams_browser, "Mine")
    keep(sams_browser, "Mine", "?q=max")
    assert views(sam) == [("Mine", "?q=max")]


def test_everybody_is_a_view_too(sams_browser, sam):
    keep(sams_browser, "All", "?")
    assert views(sam) == [("All", "")]


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\u202eb", "\0"])
def test_a_name_that_can_not_be_read_keeps_nothing(sams_browser, sam, name):
    page = sams_browser.post(ADDRESS, {"name": name, "query": "?q=lena"}, follow=True)
    assert page.redirect_chain[-1][0] == "/users/?q=lena", "the list is as it was"
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert views(sam) == []


def test_few_views_are_kept(sams_browser, sam):
    for number in range(MOST + 1):
        answer = keep(sams_browser, f"View {number}")
    assert len(views(sam)) == MOST
    assert "You have 20 views. Remove one first." in sams_browser.get(answer.headers["Location"]).content.decode()
    keep(sams_browser, "View 3", "?q=max")
    assert ("View 3", "?q=max") in views(sam)


def test_a_long_address_is_not_cut(sams_browser, sam):
    keep(sams_browser, "Long", "?q=" + "%C3%B8" * 199)
    assert views(sam) == []


def test_only_ones_own_view_is_shown_and_removed(sams_browser, sam, rita):
    theirs = SavedView.objects.create(user=rita, name="Rita's", query="?q=rita")
    assert "Rita&#x27;s" not in sams_browser.get("/users/").content.decode()
    for removed in (theirs.pk, "x", "9" * 30):
        assert sams_browser.post(ADDRESS, {"remove": removed, "query": ""}).status_code == 302
    assert SavedView.objects.filter(pk=theirs.pk).exists()
    keep(sams_browser, "Mine")
    own = SavedView.objects.get(user=sam)
    assert sams_browser.post(ADDRESS, {"remove": own.pk, "query": "?q=max"}).headers["Location"] == "/users/?q=max"
    assert views(sam) == []


@pytest.mark.parametrize("query", ["//evil.example/", "https://evil.example/", "?q=a\r\nX: y", "javascript:1"])
def test_the_way_back_is_the_list_alone(sams_browser, query):
    location = keep(sams_browser, "Mine", query).headers["Location"]
    assert location.startswith("/users/")
    assert "\n" not in location
    assert "evil" not in location


def test_closed_for_learners_and_in_assumed_sessions_and_for_get(client, owner, sam, lena):
    sign_in(client, lena)
    assert keep(client, "x").status_code == 404
    sign_in(client, owner)
    assert client.get(ADDRESS).status_code == 405
    keep(client, "Mine")
    log_in_as(client, owner, sam)
    assert keep(client, "x").status_code == 403
    assert "Keep this view" not in client.get("/users/").content.decode()
    assert views(sam) == []
    assert Client().post(ADDRESS, {"name": "x"}).status_code == 302


def test_erased_people_keep_no_view(sams_browser, sam):
    keep(sams_browser, "Mine")
    personal_data_erased.send(sender=None, person_id=sam.pk)
    assert views(sam) == []
