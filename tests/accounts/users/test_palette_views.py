"""The command palette: what the list would show, nobody else, and nothing in an assumed session."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.users.palette_views import PEOPLE
from tests.support.assumed import data_queries, log_in_as, sign_in
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db
PALETTE = "/users/palette/"


def options(client, **asked):
    response = client.get(PALETTE, asked)
    assert response.status_code == 200
    return response.content.decode()


def people(client, **asked):
    return [person.name for person in client.get(PALETTE, asked).context["people"]]


@pytest.mark.parametrize("who", ["sam", "rita", "mona", "owner"])
@pytest.mark.parametrize("text", ["sorensen", "harbour", "kjaer", "a", "dahl"])
def test_the_palette_shows_the_people_of_the_list_with_the_same_answers(
    client, request, sam, rita, mona, owner, lena, max_, ina, audrey, who, text
):
    sign_in(client, request.getfixturevalue(who))
    listed = client.get(reverse("user_list"), {"q": text})
    shown = people(client, q=text)
    assert shown == [person.name for person in listed.context["page"]][:PEOPLE]
    page, in_list = options(client, q=text), listed.content.decode()
    for person in User.objects.all():
        address = f'href="{reverse("login_as", args=[person.pk])}"'
        assert (address in page) == (address in in_list and person.name in shown)
        access = f'href="{reverse("user_access", args=[person.pk])}"'
        assert (access in page) == (access in in_list and person.name in shown)


def test_a_refusal_is_said_with_its_sentence(client, sam, ina, lena):
    sign_in(client, sam)
    page = options(client, q="ina dahl")
    assert "This account is deactivated." in page
    assert 'aria-disabled="true"' in page
    assert 'aria-disabled="true"' not in options(client, q="lena")


def test_a_mode_has_its_own_action_alone(client, sam, lena):
    sign_in(client, sam)
    said = {"login_as": "Log in as Lena Sørensen", "check_access": "Check access of Lena", "find": "Profile of Lena"}
    for mode, words in said.items():
        page = options(client, q="lena", mode=mode)
        assert [other for other in said.values() if other in page] == [words]
    assert [words for words in said.values() if words not in options(client, q="lena", mode="x")] == []


def test_commands_are_those_that_the_actor_can_use(client, sam, mona):
    for actor, expected in ((sam, ["login_as", "check_access", "find"]), (mona, ["find"])):
        sign_in(client, actor)
        page = options(client)
        assert [mode for mode in ("login_as", "check_access", "find") if f'data-mode="{mode}"' in page] == expected
        assert people(client) == []


def test_a_mode_begins_with_the_profiles_opened_last(client, sam, lena, max_):
    sign_in(client, sam)
    assert people(client, mode="login_as") == []
    for person in (lena, max_):
        client.get(person.get_absolute_url())
    assert people(client, mode="login_as") == ["Max Kjær", "Lena Sørensen"]
    assert "Log in as Max" in options(client, mode="login_as")
    assert people(client) == []
    with CaptureQueriesContext(connection) as captured:
        client.get(PALETTE, {"mode": "login_as"})
    # The browser session; who asks; departments and types of the list's form; the profiles.
    assert len(data_queries(captured)) == 5, "\n".join(data_queries(captured))


def test_nothing_but_the_search_is_taken_from_the_address(client, sam, lena, max_):
    sign_in(client, sam)
    assert people(client, q="lena", id=max_.pk, status="deactivated", per="100", sort="-name") == ["Lena Sørensen"]


def test_a_learner_gets_404_and_neither_button_nor_script(client, lena):
    sign_in(client, lena)
    assert client.get(PALETTE, {"q": "max"}).status_code == 404
    dashboard = client.get(reverse("dashboard")).content.decode()
    assert "palette" not in dashboard


def test_an_assumed_session_has_no_palette(client, owner, sam, lena):
    sign_in(client, owner)
    assert "data-palette" in client.get(reverse("dashboard")).content.decode()
    log_in_as(client, owner, sam)
    assert client.get(PALETTE, {"q": "lena"}).status_code == 403
    assert "palette" not in client.get(reverse("user_list")).content.decode()


@pytest.mark.parametrize("count", [1, 40])
def test_the_palette_costs_the_same_for_few_and_many(client, sam, norreport, count):
    for number in range(count):
        UserFactory(first_name=f"Guest{number}", department=norreport).groups.add(*Group.objects.all())
    sign_in(client, sam)
    client.get(PALETTE, {"q": "guest"})
    with CaptureQueriesContext(connection) as captured:
        client.get(PALETTE, {"q": "guest"})
    # The browser session; who asks; departments and types of the list's form; job profiles; how many; who; they; their
    # types.
    assert len(data_queries(captured)) == 9, "\n".join(data_queries(captured))
