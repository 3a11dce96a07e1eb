"""The search page and the command palette: people of the list, nobody else, and no action in an assumed session."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, reverse_lazy

from accounts.models import User
from accounts.models.brand import Brand
from learning.search_views import BESIDE_CONTENT, PEOPLE
from tests.support.assumed import data_queries, log_in_as, sign_in
from tests.support.factories import UserFactory
from tests.support.learning_factories import make_module

pytestmark = pytest.mark.django_db
SEARCH = "/search/"


def options(client, **asked):
    response = client.get(SEARCH, asked)
    assert response.status_code == 200
    return response.content.decode()


def people(client, **asked):
    return [person.name for person in client.get(SEARCH, asked).context["people"]]


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
    assert 'class="refused"' in page
    assert 'class="refused"' not in options(client, q="lena")


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
        client.get(SEARCH, {"mode": "login_as"})
    # The browser session; who asks; departments and types of the list's form; the profiles.
    assert len(data_queries(captured)) == 5, "\n".join(data_queries(captured))


def test_nothing_but_the_search_is_taken_from_the_address(client, sam, lena, max_):
    sign_in(client, sam)
    assert people(client, q="lena", id=max_.pk, status="deactivated", per="100", sort="-name") == ["Lena Sørensen"]


def test_a_learner_finds_nobody_and_has_a_link_instead_of_the_palette(client, lena, max_):
    sign_in(client, lena)
    found = client.get(SEARCH, {"q": "max", "mode": "find"})
    assert list(found.context["people"]) == []
    assert "Max" not in found.content.decode().replace('value="max"', "")
    assert "Nothing matches “max”." in found.content.decode()
    for page in (found.content.decode(), options(client)):
        assert "User Management" not in page
        assert "data-mode" not in page
    dashboard = client.get(reverse("dashboard")).content.decode()
    assert "palette" not in dashboard
    assert f'href="{SEARCH}"' in dashboard


@pytest.mark.parametrize("who", ["sam", "mona", "carl", "audrey", "owner"])
def test_people_with_more_than_their_own_learning_have_the_palette(client, request, who):
    sign_in(client, request.getfixturevalue(who))
    page = client.get(reverse("dashboard")).content.decode()
    assert "data-palette" in page
    assert "js/palette.js" in page
    assert page.count(f'href="{SEARCH}"') == 1


def test_an_assumed_session_has_the_page_of_the_target_without_actions(client, owner, sam, lena, max_):
    sign_in(client, owner)
    client.get(max_.get_absolute_url())
    assert "data-palette" in client.get(reverse("dashboard")).content.decode()
    assert people(client, mode="find") == ["Max Kjær"]
    log_in_as(client, owner, sam)
    page = options(client, q="lena")
    assert "Profile of Lena" in page
    for action in ("Log in as", "Check access of", "palette.js", "data-palette"):
        assert action not in page
    page = options(client, q="lena", mode="login_as")
    assert "Profile of Lena" in page
    assert "Log in as" not in page
    assert people(client, mode="find") == []
    assert 'data-mode="find"' not in options(client)


def test_the_page_works_without_a_script(client, sam, lena):
    sign_in(client, sam)
    page = options(client)
    assert '<a href="/search/?mode=check_access" data-mode="check_access">' in page
    page = options(client, q="lena", mode="check_access")
    assert '<input type="hidden" name="mode" value="check_access">' in page
    assert 'value="lena"' in page
    assert "Search everything" in page


@pytest.mark.parametrize("count", [1, 40])
def test_the_palette_costs_the_same_for_few_and_many(client, sam, norreport, count):
    for number in range(count):
        UserFactory(first_name=f"Guest{number}", department=norreport).groups.add(*Group.objects.all())
    sign_in(client, sam)
    client.get(SEARCH, {"q": "guest"})
    with CaptureQueriesContext(connection) as captured:
        client.get(SEARCH, {"q": "guest"})
    # The browser session; who asks; departments and types of the list's form; job profiles; how many; who; they; their
    # types; modules, events, documents.
    assert len(data_queries(captured)) == 12, "\n".join(data_queries(captured))


def test_many_people_leave_room_for_content(client, sam):
    for number in range(4):
        UserFactory(first_name="Latte", last_name=f"Art {number}", email=f"latte{number}@harbour.example")
    sign_in(client, sam)
    assert len(client.get(reverse("search"), {"q": "latte"}).context["people"]) == 4
    make_module("Latte art")
    page = client.get(reverse("search"), {"q": "latte"})
    assert len(page.context["people"]) == BESIDE_CONTENT
    said = page.content.decode()
    assert (said.count("Profile of Latte Art"), "Latte art\n" in said) == (BESIDE_CONTENT, True)
    assert "Find “latte” in User Management" in said


LISTS = [SEARCH, reverse_lazy("module_list"), reverse_lazy("event_list"), reverse_lazy("document_list")]
WAY_ON = "Did you expect something? Tell"


@pytest.mark.parametrize("address", LISTS)
def test_a_learner_who_finds_nothing_reads_who_can_check(client, lena, address):
    sign_in(client, lena)
    assert f"{WAY_ON} support its title, so that they can check." in nothing_at(client, address)
    Brand.objects.create(support_name="the <help> desk")
    assert f"{WAY_ON} the &lt;help&gt; desk its title" in nothing_at(client, address)
    Brand.objects.update(support_name="the help desk", support_address="help@harbour.example")
    assert f'{WAY_ON} <a href="mailto:help@harbour.example">the help desk</a> its title' in nothing_at(client, address)


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("who", ["sam", "carl"])
def test_support_and_authors_are_not_sent_to_support(client, request, who, address):
    sign_in(client, request.getfixturevalue(who))
    assert WAY_ON not in nothing_at(client, address)


def nothing_at(client, address):
    found = client.get(address, {"q": "qqq"}).content.decode()
    assert "qqq”" in found
    return found
