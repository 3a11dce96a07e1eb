"""The inlines of an item: their words, and adding and copying interactions without a script."""

import html
import json
import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from learning.models import Interaction, Module
from tests.support.access_check import words
from tests.support.learning_factories import Kind, add_interaction, make_module
from tests.support.page_forms import form_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def module():
    module = make_module("Hygiene")
    add_interaction(module, "How cold?", Kind.SINGLE_CHOICE, choices=["*5 °C", "12 °C"], prompt="In the fridge.")
    add_interaction(module, "Clean hands", required=False)
    return module


def page_of(client, module, **query):
    return client.get(reverse("admin:learning_module_change", args=[module.pk]), query)


def test_each_link_that_adds_something_has_words_of_its_own(carls_browser, module):
    page = page_of(carls_browser, module).content.decode()
    found = [json.loads(html.unescape(text)) for text in re.findall(r'data-inline-formset="([^"]+)"', page)]
    assert [each["options"]["addText"] for each in found] == [
        "Add an interaction",
        "Add people to the audience",
        "Exclude a person",
    ]
    assert 'data-field-name="modules"' in page, "the two lists of prerequisites are of modules"
    assert "Add another Part" not in page
    assert "choices:" not in page


def test_both_fields_of_a_time_have_a_name(carls_browser, module):
    page = page_of(carls_browser, module).content.decode()
    names = re.findall(r'<input[^>]*class="v(?:Date|Time)Field"[^>]*>', page)
    assert len(names) == 8, "publication from and until, and the due dates of the audience and of its template"
    assert all("aria-label=" in name for name in names)
    assert 'aria-label="Published from: date"' in page


@pytest.mark.parametrize(("second", "shown"), [(0, "23:59"), (7, "23:59:07")])
def test_a_time_has_seconds_only_if_there_are_some_and_is_kept_by_a_save(carls_browser, module, second, shown):
    at = datetime(2040, 1, 31, 22, 59, second, tzinfo=UTC)
    module.audience.update(due_at=at)
    fields = form_on(page_of(carls_browser, module))
    assert fields["audience-0-due_at_1"] == [shown]
    assert carls_browser.post(reverse("admin:learning_module_change", args=[module.pk]), fields).status_code == 302
    assert module.audience.get().due_at == at


def test_the_help_of_a_text_shows_what_markdown_does(carls_browser, module):
    page = page_of(carls_browser, module).content.decode()
    assert page.count("You can use Markdown: **bold**, *italic*, - list, [link](https://…).") == 1 + 3


def test_an_interaction_is_folded_to_its_title_unless_it_is_wrong(carls_browser, module):
    response = page_of(carls_browser, module)
    page = re.sub(r"\s+", " ", response.content.decode())
    assert page.count("<details > <summary>Edit") == 2
    assert "Clean hands" in words(response)
    assert "Read · optional" in words(response)
    sent = form_on(response) | {"interactions-0-title": ""}
    response = carls_browser.post(reverse("admin:learning_module_change", args=[module.pk]), sent)
    page = re.sub(r"\s+", " ", response.content.decode())
    assert page.count("<details open> <summary>Edit") == 2, "the wrong one, and the template of a new one"


def test_without_a_script_a_copy_is_offered_on_the_page_and_saved_with_it(carls_browser, module):
    asked = module.interactions.get(title="How cold?")
    assert f"?copy={asked.pk}#interactions-group" in page_of(carls_browser, module).content.decode()
    response = page_of(carls_browser, module, copy=asked.pk)
    sent = form_on(response)
    assert sent["interactions-2-title"] == ["How cold? (copy)"]
    assert sent["interactions-2-choices_text"][0].split("\n") == ["* 5 °C", "12 °C"]
    assert carls_browser.post(response.request["PATH_INFO"] + f"?copy={asked.pk}", sent).status_code == 302
    copied = Interaction.objects.get(title="How cold? (copy)")
    assert [(each.text, each.is_right) for each in copied.choices.all()] == [("5 °C", True), ("12 °C", False)]
    assert (copied.prompt, copied.kind) == ("In the fridge.", Kind.SINGLE_CHOICE)
    assert [each.title for each in module.interactions.all()] == ["How cold?", "How cold? (copy)", "Clean hands"]


@pytest.mark.parametrize("copy", ["0", "x", "9" * 40])
def test_a_copy_of_nothing_adds_an_empty_one(carls_browser, module, copy):
    sent = form_on(page_of(carls_browser, module, copy=copy))
    assert sent["interactions-TOTAL_FORMS"] == ["3"]
    assert sent["interactions-2-title"] == [""]


def test_the_question_of_another_module_is_not_copied(carls_browser, module):
    other = add_interaction(make_module("Other"), "Secret?", prompt="Of the other module.")
    assert "Of the other module." not in page_of(carls_browser, module, copy=other.pk).content.decode()


def test_an_empty_one_is_added_without_a_script(carls_browser, module):
    assert form_on(page_of(carls_browser, module, add="interaction"))["interactions-TOTAL_FORMS"] == ["3"]
    assert form_on(page_of(carls_browser, module))["interactions-TOTAL_FORMS"] == ["2"]


def test_a_module_is_not_offered_as_its_own_prerequisite(carls_browser, module):
    other = make_module("Other")
    field = page_of(carls_browser, module).context["adminform"].form.fields["prerequisites"]
    assert list(field.queryset) == [other]
    address = reverse("admin:learning_module_change", args=[module.pk])
    sent = form_on(page_of(carls_browser, module)) | {"prerequisites": [module.pk]}
    assert carls_browser.post(address, sent).status_code == 200, "and sent anyway it is refused"
    assert not module.prerequisites.exists()


def test_groups_of_fields_are_folded_as_long_as_nothing_is_set(carls_browser, module):
    def folded():
        page = re.sub(r"\s+", " ", page_of(carls_browser, module).content.decode())
        return re.findall(r'<fieldset class="module aligned collapse"[^>]*> <details><summary> <h2[^>]*>([^<]+)<', page)

    assert folded() == ["Passing", "Validity", "Prerequisites"]
    Module.objects.filter(pk=module.pk).update(pass_mark=80)
    module.prerequisites.add(make_module("Other"))
    assert folded() == ["Validity"]


def test_the_pass_mark_is_checked_where_it_is_typed(carls_browser, module):
    address = reverse("admin:learning_module_change", args=[module.pk])
    sent = form_on(page_of(carls_browser, module))
    for value, said in {
        "0": "greater than or equal to 1",
        "101": "less than or equal to 100",
        "x": "whole number",
    }.items():
        assert said in words(carls_browser.post(address, sent | {"pass_mark": value}))
    assert carls_browser.post(address, sent | {"pass_mark": "80"}).status_code == 302
    assert Module.objects.get(pk=module.pk).pass_mark == 80
