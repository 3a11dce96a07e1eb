"""What an actor may know of items beside what they see: all content, what is published, or the titles of drafts."""

import pytest
from django.urls import reverse

from accounts.models import JobProfile, User
from accounts.policy.rights import Right
from learning.models import Document, Event, Module
from learning.visibility.knowledge import paths_of_all
from tests.support.access_check import ask, item_name, titles, words
from tests.support.assumed import log_in_as, sign_in
from tests.support.days import moved_back
from tests.support.factories import permission_type
from tests.support.learning_factories import add_interaction, make_document, make_event, make_module, submit

pytestmark = pytest.mark.django_db
SECRET = "Layoffs in spring"
UNKNOWN = "There is no such item, or you may not see it."


@pytest.fixture
def drafts(copenhagen):
    """Return a draft of each kind, meant for Copenhagen, with content that nobody but its writers may read."""
    made = [
        make_module("Module of May", {"department": copenhagen}, is_published=False, description=SECRET),
        make_event("Event of May", {"department": copenhagen}, is_published=False, description=SECRET, place=SECRET),
        make_document("Document of May", {"department": copenhagen}, is_published=False, name=f"{SECRET}.pdf"),
    ]
    for item in made:
        type(item).objects.filter(pk=item.pk).update(summary=SECRET)
    add_interaction(made[0], SECRET)
    return made


def knowing(person, *departments):
    """Return the person with the right to know drafts, for these departments or company-wide."""
    person.groups.add(permission_type(f"Drafts {person.pk}", "know_drafts", departments=departments))
    return User.objects.get(pk=person.pk)


def test_with_the_right_sam_learns_that_it_is_a_draft_and_since_when_and_nothing_else(client, sam, lena, drafts):
    sign_in(client, knowing(sam))
    assert sorted(titles(ask(client, lena))) == ["Document of May", "Event of May", "Module of May"]
    for item in drafts:
        type(item).objects.filter(pk=item.pk).update(created_at="2026-03-02T08:00Z")
        response = ask(client, lena, item=item_name(item))
        assert response.status_code == 200
        said = words(response)
        assert item.title in said
        assert "It has been a draft since Monday 2 March 2026, 09:00: nobody sees it" in said
        assert "You may know its title and nothing else of it" in said
        assert "Copenhagen" not in said
        assert "Submission" not in said
        assert "Registering for it" not in said


def test_no_page_of_the_access_check_holds_the_content_of_a_draft(client, sam, lena, drafts):
    sign_in(client, knowing(sam))
    names = [item_name(item) for item in drafts]
    asked = [{}, {"q": "may"}, *({"item": name} for name in names)]
    for query in asked:
        assert SECRET not in ask(client, lena, **query).content.decode()
    assert "Nothing that is published matches" in words(ask(client, lena, q="layoffs")), "not even by a search"


def test_without_the_right_a_draft_is_not_there(client, sam, lena, drafts):
    sign_in(client, sam)
    assert titles(ask(client, lena)) == []
    for item in drafts:
        response = ask(client, lena, item=item_name(item))
        assert response.status_code == 404
        assert UNKNOWN in words(response)


def test_the_right_alone_shows_nothing_without_the_right_to_check_access(client, mona, lena, drafts):
    person = knowing(mona)
    for model in (Module, Event, Document):
        assert not model.objects.known_by_title_to(person).exists()
    sign_in(client, person)
    assert ask(client, lena).status_code == 403


def test_a_draft_is_known_where_both_rights_reach(client, rita, sam, lena, max_, copenhagen, norreport, aarhus):
    barista = JobProfile.objects.create(name="Barista")
    for title, part in {
        "all": {"is_everyone": True},
        "baristas": {"job_profile": barista},
        "Copenhagen": {"department": copenhagen},
        "Nørreport": {"department": norreport},
        "Lena": {"person": lena},
        "Aarhus": {"department": aarhus},
        "Max": {"person": max_},
    }.items():
        make_module(title, part, is_published=False)
    make_module("nobody", is_published=False).audience.all().delete()
    everywhere = {"all", "baristas", "Copenhagen", "Nørreport", "Lena", "Aarhus", "Max", "nobody"}
    assert known(knowing(sam)) == everywhere
    assert known(knowing(rita)) == everywhere - {"Aarhus", "Max", "nobody"}, "where she may check access"
    sam.groups.filter(name__startswith="Drafts").delete()
    assert known(knowing(sam, norreport)) == {"all", "baristas", "Copenhagen", "Nørreport", "Lena"}
    sam.groups.filter(name__startswith="Drafts").delete()
    assert known(knowing(sam, aarhus)) == {"all", "baristas", "Aarhus", "Max"}


def test_two_rights_of_different_departments_reach_nobody(rita, aarhus, copenhagen):
    person = knowing(rita, aarhus)
    assert paths_of_all(person, Right.CHECK_ACCESS) == [copenhagen.path]
    assert paths_of_all(person, Right.CHECK_ACCESS, Right.KNOW_DRAFTS) == []
    make_module("all", is_published=False)
    assert known(person) == set()


def known(person):
    return set(Module.objects.known_by_title_to(person).values_list("title", flat=True))


def test_who_writes_modules_reads_them_and_knows_of_other_drafts_what_the_right_says(client, sam, lena, drafts):
    sam.groups.add(permission_type("Writes modules", "view_module"))
    sign_in(client, knowing(sam))
    assert "It is a draft. Publishing it would show it." in words(ask(client, lena, item=item_name(drafts[0])))
    assert SECRET not in ask(client, lena, item=item_name(drafts[1])).content.decode()
    assert titles(ask(client, lena, q="layoffs")) == ["Module of May"]


def test_a_draft_stays_no_prerequisite_to_wait_for(client, sam, lena, drafts):
    advanced = make_module("Advanced")
    advanced.prerequisites.add(drafts[0])
    sign_in(client, knowing(sam))
    page = ask(client, lena, item=item_name(advanced)).content.decode()
    assert "It builds on “Module of May”, too, but nobody has to wait for that: a draft." in page
    assert SECRET not in page


def test_lena_does_not_learn_the_title_of_a_draft_from_her_access_history(client, sam, lena, drafts):
    sign_in(client, knowing(sam))
    ask(client, lena, item=item_name(drafts[0]))
    sign_in(client, lena)
    page = client.get(reverse("access_history")).content.decode()
    assert "Module of May" not in page
    assert "Sam Okafor" in page


def test_a_draft_opens_nowhere_by_this_right(client, sam, lena, drafts):
    module, _event, document = drafts
    sign_in(client, knowing(sam))
    assert client.get(module.get_absolute_url()).status_code == 404
    assert client.get(document.get_absolute_url()).status_code == 404
    assert client.get(f"/preview/module/{module.pk}/").status_code in (403, 404)
    log_in_as(client, knowing_again(sam), lena)
    assert client.get(module.get_absolute_url()).status_code == 404
    assert submit(client, module).status_code == 404


def knowing_again(person):
    return User.objects.get(pk=person.pk)


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        (["see_people", "check_access"], "Nothing that is published matches “xyz”. Drafts were not searched"),
        (["see_people", "check_access", "know_drafts"], "Nothing that is published matches “xyz”, and no draft has it"),
    ],
)
def test_an_empty_search_says_what_was_searched(client, sam, lena, rights, said):
    sam.groups.set([permission_type("Checks", *rights)])
    sign_in(client, User.objects.get(pk=sam.pk))
    assert said in words(ask(client, lena, q="xyz"))


def test_an_empty_search_says_the_same_whether_something_hidden_matches_or_not(client, rita, lena, aarhus):
    make_module("Secret of Aarhus", {"department": aarhus})
    make_module("Secret draft", is_published=False)
    sign_in(client, rita)
    said = [words(ask(client, lena, q=query)).replace(query, "") for query in ("secret", "xylophone")]
    assert said[0] == said[1]
    assert "Drafts, and what is for other departments, were not searched." in said[0]


def test_of_a_draft_it_is_not_told_that_its_audience_was_changed_while_it_was_published(client, sam, lena, copenhagen):
    module = make_module("Module of May", {"department": copenhagen})
    Module.objects.filter(pk=module.pk).update(created_at="2026-03-02T08:00Z")
    moved_back(days=3)
    module.audience.all().delete()
    moved_back(days=1)
    Module.objects.filter(pk=module.pk).update(is_published=False)
    sign_in(client, knowing(sam))
    said = words(ask(client, lena, item=item_name(module)))
    assert "It has been a draft since" in said
    assert "Copenhagen" not in said
    assert "audience" not in said
