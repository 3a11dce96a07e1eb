"""The way back to the list: the search is kept through every detour, for the same person in the same browser alone."""

import pytest
from django.urls import reverse

from accounts.users import kept_place
from accounts.users.reads import OPENED
from tests.support.assumed import log_in_as, sign_in
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = "/users/?q=lena&amp;sort=email&amp;per=50"


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_the_search_is_kept_through_profile_forms_and_action_for_many(client, owner, lena):
    sign_in(client, owner)
    client.get("/users/?q=lena&sort=email&per=50")
    assert f'href="{LIST}"' in text(client.get(lena.get_absolute_url()))
    changed = client.post(reverse("user_deactivate", args=[lena.pk]), {"reason": "She has left us."}, follow=True)
    assert f'href="{LIST}"' in text(changed)
    assert f'href="{LIST}"' in text(client.get(reverse("user_create")))
    assert client.get("/users/bulk/?who=ticked").headers["Location"] == LIST.replace("&amp;", "&")


def test_the_page_of_the_list_is_kept_too(sams_browser, lena, max_):
    sams_browser.get(f"/users/?q=a&after={lena.pk}")
    assert f'href="/users/?q=a&amp;after={lena.pk}"' in text(sams_browser.get(reverse("user_detail", args=[max_.pk])))


def test_the_list_of_everybody_is_kept_as_that(sams_browser, lena):
    sams_browser.get("/users/?q=lena")
    sams_browser.get("/users/")
    assert 'href="/users/">User Management</a>' in text(sams_browser.get(reverse("user_detail", args=[lena.pk])))


def test_after_a_login_the_list_of_before_is_one_click_away(sams_browser, lena, max_):
    sams_browser.get("/users/?q=max")
    back = text(sams_browser.get(f"/users/?id={lena.pk}"))
    assert 'href="/users/?q=max">Back to your last list' in back
    assert "Showing only Lena Sørensen." in back


def test_profiles_opened_last_are_offered_newest_first(sams_browser, sam, norreport):
    crowd = [UserFactory(first_name=f"G{number}", last_name="", department=norreport) for number in range(OPENED + 2)]
    for person in [*crowd, crowd[3]]:
        sams_browser.get(person.get_absolute_url())
    shown = sams_browser.get("/users/").context["opened_people"]
    assert [person.name for person in shown] == ["G3", "G6", "G5", "G4", "G2"]


def test_who_may_not_be_seen_any_more_is_not_offered(client, rita, lena, aarhus):
    sign_in(client, rita)
    client.get(lena.get_absolute_url())
    assert "You last looked at" in text(client.get("/users/"))
    lena.department = aarhus
    lena.save()
    assert "You last looked at" not in text(client.get("/users/"))


def test_another_account_in_the_same_browser_reads_nothing_of_it(client, sam, rita, lena):
    sign_in(client, sam)
    client.get("/users/?q=secret")
    client.get(lena.get_absolute_url())
    assert client.cookies[kept_place.COOKIE]["httponly"]
    sign_in(client, rita)
    assert "secret" not in text(client.get(lena.get_absolute_url()))
    assert client.get("/users/").context["opened_people"] == [lena], "Rita opened her profile too"
    client.cookies[kept_place.COOKIE] = "made-up"
    assert client.get("/users/").context["opened_people"] == []


def test_an_assumed_session_keeps_and_reads_nothing(client, owner, sam, lena):
    sign_in(client, owner)
    client.get("/users/?q=secret")
    log_in_as(client, owner, sam)
    before = client.cookies[kept_place.COOKIE].value
    client.get("/users/?q=max")
    assert client.cookies[kept_place.COOKIE].value == before
    assert "secret" not in text(client.get(lena.get_absolute_url()))


def test_a_very_long_address_is_not_kept(sams_browser, lena):
    sams_browser.get("/users/", {"q": "x" * 200, "department": "y" * 1_000})
    assert 'href="/users/">User Management</a>' in text(sams_browser.get(reverse("user_detail", args=[lena.pk])))
