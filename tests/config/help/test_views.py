"""Help: each page shows what its reader's rights make possible, every link on it opens, and the search finds it."""

import re

import pytest
from django.urls import reverse

from config.help.topics_of_the_platform import PAGES
from tests.support.access_check import words
from tests.support.assumed import log_in_as, sign_in
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db
ROLES = {
    "lena": {"learner"},
    "mona": {"learner"},
    "nora": {"learner", "manager"},
    "sam": {"learner", "support"},
    "carl": {"learner", "creator"},
    "audrey": {"learner", "auditor"},
    "owner": {"learner", "support", "manager", "creator", "auditor", "owner", "operator"},
}


@pytest.fixture(params=ROLES)
def reader(request):
    return request.param, request.getfixturevalue(request.param)


def test_each_reader_has_the_pages_of_their_roles_and_no_other(client, reader):
    who, person = reader
    sign_in(client, person)
    opened = {page.name for page in PAGES if client.get(reverse("help_page", args=[page.name])).status_code == 200}
    assert opened == ROLES[who]
    listed = client.get(reverse("help_index")).content.decode()
    assert {page.name for page in PAGES if f'"{reverse("help_page", args=[page.name])}"' in listed} == ROLES[who]


def test_every_link_on_the_help_opens_for_its_reader(client, reader):
    who, person = reader
    sign_in(client, person)
    for name in ROLES[who]:
        main = (
            client.get(reverse("help_page", args=[name])).content.decode().partition("<main")[2].partition("</main")[0]
        )
        for address in set(re.findall(r'href="(/[^"#]*)"', main)):
            assert client.get(address).status_code in (200, 302), (who, name, address)


def test_every_page_of_the_platform_leads_to_the_help(client, lena):
    sign_in(client, lena)
    for name in ("dashboard", "module_list", "account"):
        footer = client.get(reverse(name)).content.decode().partition('<footer class="footer">')[2]
        assert f'href="{reverse("help_index")}"' in footer


def test_the_search_finds_every_topic_by_its_title_for_its_reader_alone(client, owner, lena):
    sign_in(client, owner)
    for page in PAGES:
        for topic in page.topics_for(owner):
            hits = client.get(reverse("help_index"), {"q": str(topic.title)}).context["hits"]
            assert (page.name, topic.name) in [(hit.page.name, hit.topic.name) for hit in hits], topic.name
    sign_in(client, lena)
    assert client.get(reverse("help_index"), {"q": "permission type"}).context["hits"] == []


def test_a_word_of_the_page_about_login_as_user_is_found_and_titles_come_first(client, sam):
    sign_in(client, sam)
    hits = client.get(reverse("help_index"), {"q": "curiosity"}).context["hits"]
    assert [hit.topic.name for hit in hits] == ["login-as-user"]
    hits = client.get(reverse("help_index"), {"q": "LOGIN"}).context["hits"]
    assert hits[0].topic.name == "login-as-user"
    said = words(client.get(reverse("help_index"), {"q": "zebra"}))
    assert "No answer has all words of “zebra”." in said


def test_the_front_door_is_there_for_who_may_check_somebody(client, sam, mona):
    sign_in(client, sam)
    for address in (reverse("help_index"), reverse("help_page", args=["support"])):
        assert f'action="{reverse("why")}"' in client.get(address).content.decode()
    sign_in(client, mona)
    assert reverse("why") not in client.get(reverse("help_index")).content.decode()


def test_in_an_assumed_session_the_help_is_for_learners_and_leads_nowhere_closed(client, sam, nora):
    sam.groups.add(permission_type("Progress", "see_progress"))
    log_in_as(client, sam, nora)
    assert client.get(reverse("help_page", args=["manager"])).status_code == 404
    page = (
        client.get(reverse("help_page", args=["learner"])).content.decode().partition("<main")[2].partition("</main")[0]
    )
    assert reverse("access_history") not in page
    assert reverse("why") not in client.get(reverse("help_index")).content.decode()


def test_a_topic_says_something_and_a_button_has_a_page():
    for page in PAGES:
        assert len({topic.name for topic in page.topics}) == len(page.topics)
        for topic in page.topics:
            assert topic.sentences
            assert bool(topic.view) == bool(topic.button)
