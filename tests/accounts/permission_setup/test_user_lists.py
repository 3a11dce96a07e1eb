"""Lists of actors and targets: from the same rules, never beyond what the reader may see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.permission_setup.actions import change_settings
from accounts.users.pagination import PER_PAGE
from tests.support.assumed import data_queries, sign_in
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


def page(client, question, person, query=""):
    response = client.get(reverse(question, args=[person.pk]) + query)
    assert response.status_code == 200
    return response


def names(response):
    return [person.name for person in response.context["list"].page]


def test_the_owner_reads_who_can_log_in_as_lena(client, owner, sam, rita, mona, lena):
    sign_in(client, owner)
    assert names(page(client, "who_can_log_in", lena)) == ["Olivia Lind", "Rita Holm", "Sam Okafor"]


def test_rita_reads_only_of_people_that_she_sees(client, owner, sam, rita, lena):
    sign_in(client, rita)
    shown = page(client, "who_can_log_in", lena)
    assert names(shown) == ["Rita Holm"]
    assert "1 person" in shown.content.decode()


def test_the_owner_reads_the_targets_of_sam_and_rita(client, owner, sam, rita, mona, audrey, lena, max_, ina):
    sign_in(client, owner)
    assert names(page(client, "log_in_as_whom", sam)) == ["Lena Sørensen", "Max Kjær", "Mona Berg", "Rita Holm"]
    assert names(page(client, "log_in_as_whom", rita)) == ["Lena Sørensen"]
    assert names(page(client, "log_in_as_whom", mona)) == []


def test_protection_shows_in_both(client, owner, sam, lena, max_):
    User.objects.filter(pk=lena.pk).update(is_protected=True)
    sign_in(client, owner)
    assert names(page(client, "who_can_log_in", lena)) == ["Olivia Lind"]
    assert names(page(client, "log_in_as_whom", sam)) == ["Max Kjær"]


def test_switched_off_nobody_can_and_the_page_says_so(client, owner, sam, lena):
    change_settings(actor=owner, values={"login_as_enabled": False})
    sign_in(client, owner)
    response = page(client, "who_can_log_in", lena)
    assert names(response) == []
    assert "Login as User is switched off: nobody can log in as anybody." in response.content.decode()


@pytest.mark.parametrize("question", ["who_can_log_in", "log_in_as_whom"])
def test_nothing_is_told_of_people_that_the_actor_may_not_see(client, rita, max_, question):
    sign_in(client, rita)
    assert client.get(reverse(question, args=[max_.pk])).status_code == 404


@pytest.mark.parametrize("question", ["who_can_log_in", "log_in_as_whom"])
def test_learners_are_told_nothing(client, lena, question):
    sign_in(client, lena)
    assert client.get(reverse(question, args=[lena.pk])).status_code == 404


@pytest.mark.parametrize("number", [2, 60])
def test_the_list_asks_as_much_for_sixty_people_as_for_two(client, owner, sam, norreport, number):
    UserFactory.create_batch(number, department=norreport)
    sign_in(client, owner)
    url = reverse("log_in_as_whom", args=[sam.pk])
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert len(names(response)) == min(number, PER_PAGE)
    assert len(data_queries(captured)) == 9, data_queries(captured)


def test_a_long_list_has_pages_and_a_search(client, owner, sam, norreport, lena):
    UserFactory.create_batch(40, department=norreport, last_name="Aa")
    sign_in(client, owner)
    first = page(client, "log_in_as_whom", sam)
    second = page(client, "log_in_as_whom", sam, first.context["list"].next_address)
    assert len(names(first)) == PER_PAGE
    assert names(first) + names(second) == [person.name for person in User.objects.exclude(pk__in=(owner.pk, sam.pk))]
    assert "41 people" in second.content.decode()
    assert names(page(client, "log_in_as_whom", sam, "?q=sørensen")) == ["Lena Sørensen"]
    assert "Nobody matches." in page(client, "log_in_as_whom", sam, "?q=xyz").content.decode()
    searched = page(client, "log_in_as_whom", sam, "?q=Aa")
    assert f"?q=Aa&amp;after={searched.context['list'].page.users[-1].pk}" in searched.content.decode()


def test_the_page_of_a_person_leads_there(client, sam, lena):
    sign_in(client, sam)
    access = reverse("user_account_access", args=[lena.pk])
    assert access in client.get(lena.get_absolute_url()).content.decode()
    text = client.get(access).content.decode()
    assert reverse("who_can_log_in", args=[lena.pk]) in text
    assert reverse("log_in_as_whom", args=[lena.pk]) in text
