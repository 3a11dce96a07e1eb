"""The summary of a refused form: a link to each field with an error, and the focus on the first of them."""

import html
import re

import pytest
from django.urls import reverse

from learning.admin import questions
from learning.models import Answer
from tests.learning.test_admin import add, event_data, interaction, module_data
from tests.support.learning_factories import Kind, add_interaction, make_module
from tests.support.page_forms import form_on

pytestmark = pytest.mark.django_db
REQUIRED = "This field is required."


@pytest.fixture
def module():
    module = make_module("Hygiene")
    add_interaction(module, "Clean hands")
    add_interaction(module, "How cold?", Kind.SINGLE_CHOICE, choices=["*5 °C", "12 °C"])
    return module


def summary(response):
    """Return the errors as (anchor, label, message), and check that each anchor is the id of one element."""
    page = re.sub(r"\s+", " ", response.content.decode())
    listed = re.search(r'<h2 id="errors">Nothing is saved yet</h2> <ul>(.*?)</ul>', page)
    assert listed, page
    found = re.findall(r'<li>(?:<a href="#([^"]+)">(.*?)</a>: )?(.*?)</li>', listed[1])
    for anchor, *_words in found:
        assert not anchor or len(re.findall(rf' id="{anchor}"', page)) == 1, anchor
    return [tuple(html.unescape(each) for each in problem) for problem in found]


def focused(response):
    """Return the ids of what the browser focuses, and the tag of the summary."""
    tags = re.findall(r"<[^>]*\sautofocus[^>]*>", response.content.decode())
    return [re.search(r'(?<=\sid=")[^"]+|^<div', tag)[0] for tag in tags]


def test_errors_stand_above_the_form_in_the_order_of_the_page_and_the_first_field_has_the_focus(carls_browser):
    times = {"published_from_0": "2040-02-01", "published_from_1": "08:00"}
    times |= {"published_until_0": "2040-01-01", "published_until_1": "08:00"}
    data = module_data(
        interactions=[interaction("How cold?", choices="5 °C"), interaction("", "read")],
        audience=[{"person": "nobody@harbour.example"}, {"due_at_0": "2040-01-31", "due_at_1": "12:00"}],
        exclusions=[{"person": "no address"}],
        **times,
        pass_mark=900,
    )
    response = add(carls_browser, "module", data)
    assert summary(response) == [
        ("id_interactions-0-choices_text", "“How cold?”, Choices", "Give at least two choices."),
        ("id_interactions-1-title", "Interactions, Title", REQUIRED),
        ("id_published_until_0", "Published until", "The publication must end after it begins."),
        ("id_pass_mark", "Pass mark (%)", "Ensure this value is less than or equal to 100."),
        ("id_audience-0-person", "Audience, Person", "Nobody has this email address."),
        ("id_audience-1-is_everyone", "Audience", "Choose one: everyone, a department, a job profile, or a person."),
        ("id_exclusions-0-person", "Exclusions, Email", "Nobody has this email address."),
    ]
    assert focused(response) == ["id_interactions-0-choices_text"]


@pytest.mark.parametrize(("positions", "order"), [(("3", "1", "2"), [1, 2, 0]), (("1", "", "x"), [1, 2, 0])])
def test_errors_of_moved_interactions_stand_in_the_order_of_the_page(carls_browser, module, positions, order):
    address = reverse("admin:learning_module_change", args=[module.pk])
    fields = form_on(carls_browser.get(address)) | {"interactions-TOTAL_FORMS": "3"}
    for number, position in enumerate(positions):
        fields |= {f"interactions-{number}-position": position, f"interactions-{number}-title": ""}
    fields |= {"interactions-2-kind": "read", "interactions-2-prompt": "New"}
    response = carls_browser.post(address, fields)
    titles = [anchor for anchor, *_words in summary(response) if anchor.endswith("-title")]
    assert titles == [f"id_interactions-{number}-title" for number in order]
    page = response.content.decode()
    assert re.findall(r'\bid="interactions-(\d+|empty)"', page) == [*map(str, order), "empty"]
    places = [page.index(f'id="{each}"') for each in titles]
    assert places == sorted(places)
    assert focused(response)[0].startswith(f"id_interactions-{order[0]}-")


def test_dates_of_an_event_are_told_at_the_later_one(carls_browser):
    opens = {"registration_opens_at_0": "2040-01-20", "registration_opens_at_1": "08:00"}
    closes = {"registration_closes_at_0": "2040-01-10", "registration_closes_at_1": "08:00"}
    response = add(carls_browser, "event", event_data(ends_at_1="18:00") | opens | closes)
    assert summary(response) == [
        ("id_ends_at_0", "Ends", "The event must end after it starts."),
        ("id_registration_closes_at_0", "Registration closes", "Registration must close after it opens."),
    ]
    assert focused(response) == ["id_ends_at_0"]
    response = add(carls_browser, "event", event_data(starts_at_0="", title=""))
    assert summary(response) == [("id_title", "Title", REQUIRED), ("id_starts_at_0", "Starts", REQUIRED)]
    assert focused(response) == ["id_title"]


def test_an_error_of_the_whole_item_has_no_link_and_the_focus_is_on_the_summary(carls_browser, module):
    address = reverse("admin:learning_module_change", args=[module.pk])
    fields = form_on(carls_browser.get(address)) | {"seen": "another"}
    response = carls_browser.post(address, fields)
    said = "Somebody else changed this meanwhile, or a part of it. Look at it again, then save."
    assert summary(response) == [("", "", said)]
    assert focused(response) == ["<div"]


def test_the_first_of_several_buttons_alone_has_the_focus(carls_browser, module, lena):
    question = module.interactions.get(title="How cold?")
    Answer.objects.create(user=lena, interaction=question, value=question.options[0].pk)
    address = reverse("admin:learning_module_change", args=[module.pk])
    fields = form_on(carls_browser.get(address))
    response = carls_browser.post(address, fields | {"interactions-1-title": "How warm?"})
    [(anchor, label, said)] = summary(response)
    assert (anchor, label) == ("id_interactions-1-fate", "“How warm?”, Answers given so far")
    assert said.endswith("Say what becomes of their answers, then save.")
    assert focused(response) == ["id_interactions-1-fate_0"]
    assert questions.STAY in response.content.decode()


def test_a_prerequisite_is_linked_by_its_error_because_a_script_replaces_its_field(carls_browser, module):
    advanced = make_module("Advanced")
    advanced.prerequisites.add(module)
    address = reverse("admin:learning_module_change", args=[module.pk])
    fields = form_on(carls_browser.get(address))
    response = carls_browser.post(address, fields | {"prerequisites": [advanced.pk]})
    said = "“Advanced” builds on this module itself, so nobody could ever begin."
    assert summary(response) == [("id_prerequisites_error", "Builds on", said)]
    assert focused(response) == ["id_prerequisites"]


def test_the_title_takes_the_focus_only_of_a_new_item_without_errors(carls_browser):
    script = "django-admin-form-add-constants"
    assert script in carls_browser.get(reverse("admin:learning_module_add")).content.decode()
    response = add(carls_browser, "module", module_data(pass_mark=900))
    assert script not in response.content.decode()
    assert "<title>Error: " in re.sub(r">\s+", ">", response.content.decode())


def test_what_holds_an_error_is_unfolded(carls_browser, module):
    address = reverse("admin:learning_module_change", args=[module.pk])
    fields = form_on(carls_browser.get(address))
    response = carls_browser.post(address, fields | {"interactions-0-title": "", "tries": "-1"})
    page = re.sub(r"\s+", " ", response.content.decode())
    folded = re.findall(r"<details ?>(.*?)</details>", page)
    assert any("id_interactions-1-title" in each for each in folded), "without an error it is folded"
    assert not any("id_interactions-0-title" in each or "id_tries" in each for each in folded)


def test_the_form_is_sent_to_an_address_without_the_anchor_of_a_link(carls_browser, module):
    address = reverse("admin:learning_module_change", args=[module.pk])
    assert f'<form enctype="multipart/form-data" action="{address}" method="post"' in re.sub(
        r"\s+", " ", carls_browser.get(address).content.decode()
    )


def test_interactions_follow_the_description(carls_browser, module):
    page = carls_browser.get(reverse("admin:learning_module_change", args=[module.pk])).content.decode()
    parts = ["id_description", "interactions-group", "id_is_published", "id_pass_mark", "audience-group"]
    places = [page.index(f'id="{part}"') for part in [*parts, "exclusions-group"]]
    assert places == sorted(places)
