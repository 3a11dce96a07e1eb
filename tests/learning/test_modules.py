"""Working through a module: its interactions in their order, answers kept as they are given, found by its words."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from learning.models import Answer, ModuleProgress
from learning.models.answers import digest
from tests.support.access_check import words
from tests.support.assumed import sign_in
from tests.support.learning_factories import (
    COMPLETE,
    Kind,
    add_interaction,
    answers,
    choice,
    food_safety,
    kept,
    make_module,
    save,
    shown,
    submit,
)
from tests.support.valid_html import in_a_line, what_is_wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def module():
    return food_safety()


def test_lena_sees_the_interactions_in_their_order(client, lena, module):
    sign_in(client, lena)
    page = client.get(module.get_absolute_url()).content.decode()
    titles = re.findall(r"<h2[^>]*>\s*(.*?)\s*</h2>", page)
    assert titles == [
        "1. Clean hands",
        "2. I report illness",
        "3. How cold is the fridge?",
        "4. When do you change the cloth?",
        "5. In your own words",
    ]


def test_an_interaction_that_was_moved_up_comes_first(client, lena, module):
    module.interactions.filter(title="In your own words").update(position=0)
    module.interactions.filter(title="Clean hands").update(position=9)
    sign_in(client, lena)
    page = client.get(module.get_absolute_url()).content.decode()
    assert page.index("In your own words") < page.index("I report illness") < page.index("Clean hands")


def test_looking_at_a_module_does_not_begin_it(client, lena, module):
    sign_in(client, lena)
    assert client.get(module.get_absolute_url()).status_code == 200
    assert not ModuleProgress.objects.exists()


def test_saving_nothing_does_not_begin_it_either(client, lena, module):
    sign_in(client, lena)
    assert save(client, module).status_code == 302
    assert not ModuleProgress.objects.exists()


def test_answers_of_every_kind_are_kept_and_shown_again(client, lena, module):
    sign_in(client, lena)
    response = save(client, module, **COMPLETE, **{"in": "  A second rack.  "})
    assert (response.status_code, response.url) == (302, module.get_absolute_url())
    smells, evening = (choice(module, "When do you change the cloth?", text) for text in ("Smells", "Evening"))
    cold = choice(module, "How cold is the fridge?", "5 °C")
    assert kept(lena) == {
        "Clean hands": True,
        "I report illness": True,
        "How cold is the fridge?": cold,
        "When do you change the cloth?": [smells, evening],
        "In your own words": "A second rack.",
    }
    page = client.get(module.get_absolute_url()).content.decode()
    checked = re.findall(r"<input type=\"(\w+)\"[^>]* value=\"?([^\" >]*)\"?[^>]* checked", page)
    assert {value for _type, value in checked} >= {str(cold), str(smells), str(evening)}
    assert page.count(" checked") == 5
    assert "A second rack.</textarea>" in page
    assert "Your answers are saved." in page


def test_an_answer_can_be_changed_and_taken_back(client, lena, module):
    sign_in(client, lena)
    save(client, module, clean="on", how="5 °C")
    save(client, module, how="12 °C")
    assert kept(lena) == {"How cold is the fridge?": choice(module, "How cold is the fridge?", "12 °C")}


def test_a_page_that_did_not_show_an_interaction_does_not_take_its_answer_back(client, lena, module):
    sign_in(client, lena)
    save(client, module, clean="on", how="5 °C")
    client.post(reverse("module_save", args=[module.pk]), {"csrf": "only"})
    assert set(kept(lena)) == {"Clean hands", "How cold is the fridge?"}


def test_an_unchanged_answer_keeps_its_time(client, lena, module):
    sign_in(client, lena)
    save(client, module, clean="on")
    long_ago = timezone.now() - timedelta(days=3)
    Answer.objects.update(answered_at=long_ago)
    save(client, module, clean="on", i="on")
    assert Answer.objects.get(interaction__title="Clean hands").answered_at == long_ago
    assert Answer.objects.get(interaction__title="I report illness").answered_at > long_ago


def test_an_answer_that_does_not_fit_is_named_and_the_others_are_kept(client, lena, module):
    sign_in(client, lena)
    foreign = choice(module, "When do you change the cloth?", "Never")
    data = answers(module, clean="on") | {
        f"answer-{module.interactions.get(title='How cold is the fridge?').pk}": foreign,
        f"answer-{module.interactions.get(title='In your own words').pk}": "x" * 5001,
    }
    response = client.post(reverse("module_save", args=[module.pk]), data)
    page = response.content.decode()
    assert response.status_code == 422
    assert f"Select a valid choice. {foreign} is not one of the available choices." in page
    assert "at most 5000 characters" in page
    assert "x" * 5001 in page
    assert kept(lena) == {"Clean hands": True}


def test_an_error_of_a_choice_describes_its_group(client, lena, module):
    sign_in(client, lena)
    foreign = str(choice(module, "When do you change the cloth?", "Never"))
    one, some = (
        module.interactions.get(title=title) for title in ("How cold is the fridge?", "When do you change the cloth?")
    )
    data = answers(module) | {f"answer-{one.pk}": foreign, f"answer-{some.pk}": ["0"]}
    page = in_a_line(client.post(reverse("module_save", args=[module.pk]), data))
    assert what_is_wrong(page) == []
    assert page.count("aria-invalid") == 1
    for interaction, role, marked in ((one, 'role="radiogroup" ', 'aria-invalid="true" '), (some, "", "")):
        begin = f'<fieldset class="field" {role}aria-labelledby="{interaction.anchor}-title" {marked}'
        assert f'{begin}aria-describedby="id_answer-{interaction.pk}_error"' in page


def test_what_is_missing_describes_its_group(client, lena, module):
    sign_in(client, lena)
    page = in_a_line(submit(client, module))
    assert what_is_wrong(page) == []
    one = module.interactions.get(title="How cold is the fridge?")
    begin = f'role="radiogroup" aria-labelledby="{one.anchor}-title"'
    assert f'{begin} aria-describedby="{one.anchor}_error"' in page


def test_answer_for_refuses_a_choice_of_another_interaction(lena, module):
    with pytest.raises(ValidationError):
        module.interactions.get(title="How cold is the fridge?").answer_for(
            lena, choice(module, "When do you change the cloth?", "Never")
        )
    assert not Answer.objects.exists()


def test_max_cannot_open_save_or_submit_what_is_not_for_him(client, max_, copenhagen):
    module = make_module("Closing the till", {"department": copenhagen})
    add_interaction(module, "Read this")
    sign_in(client, max_)
    assert client.get(module.get_absolute_url()).status_code == 404
    assert save(client, module, read="on").status_code == 404
    assert submit(client, module, read="on").status_code == 404
    assert not Answer.objects.exists()


@pytest.mark.parametrize("name", ["module_save", "module_submit"])
def test_nothing_is_changed_by_looking_at_the_addresses_that_change(client, lena, module, name):
    sign_in(client, lena)
    assert client.get(reverse(name, args=[module.pk])).status_code == 405


def test_lenas_answers_are_not_those_of_max(client, lena, max_, module):
    sign_in(client, lena)
    save(client, module, **COMPLETE)
    sign_in(client, max_)
    assert client.get(module.get_absolute_url()).content.decode().count(" checked") == 0


def test_the_same_answer_cannot_be_there_twice(lena, module):
    interaction = module.interactions.first()
    Answer.objects.create(user=lena, interaction=interaction, value=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(user=lena, interaction=interaction, value=True)


def test_an_interaction_is_of_a_known_kind(module):
    with pytest.raises(IntegrityError, match="interaction_is_of_a_known_kind"):
        module.interactions.create(title="Sing", kind="sing")


def test_a_choice_stays_the_same_however_it_is_worded_or_moved(module):
    question = module.interactions.get(title="How cold is the fridge?")
    cold, warm = question.choices.all()
    question.offer([("20 °C", False), ("12 °C or less", False, warm.pk), ("At most 5 °C", True, cold.pk)])
    new, *kept = question.choices.all()
    assert [(each.pk, each.text) for each in kept] == [(warm.pk, "12 °C or less"), (cold.pk, "At most 5 °C")]
    question.offer([("20 °C", False), ("12 °C", True)])  # a line of the same text is the same, any other a new one
    assert question.choices.get(text="20 °C").pk == new.pk
    assert question.choices.get(text="12 °C").pk not in (cold.pk, warm.pk)


def test_the_text_of_a_module_is_markdown_without_anything_that_runs(client, lena):
    module = make_module(description="**Bold** <script>alert(1)</script> ![pic](https://evil.example/p.png)")
    add_interaction(module, "Read this", prompt="# Title\n\n[link](https://harbour.example) [bad](javascript:alert(1))")
    sign_in(client, lena)
    page = client.get(module.get_absolute_url()).content.decode()
    assert "<strong>Bold</strong> &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<img" not in re.search(r"<main.*</main>", page, re.S)[0]
    assert '<a href="https://harbour.example" rel="noopener noreferrer">link</a>' in page
    assert "<h3>Title</h3>" in page
    assert 'href="javascript' not in page


def test_a_module_without_steps_says_so(client, lena):
    module = make_module()
    sign_in(client, lena)
    assert "This module has no steps yet." in client.get(module.get_absolute_url()).content.decode()


def test_modules_are_found_by_their_words(client, lena):
    make_module("Latte art", summary="Pour a heart")
    make_module("Closing the till")
    sign_in(client, lena)
    found = client.get(reverse("module_list"), {"q": "heart latte"}).content.decode()
    assert "Latte art" in found
    assert "Closing the till" not in found
    assert "No module matches “swan”." in client.get(reverse("module_list"), {"q": "swan"}).content.decode()
    assert client.get(reverse("module_list"), {"q": "a\0b"}).status_code == 200


def test_free_text_of_blanks_is_no_answer(lena, module):
    text = module.interactions.get(title="In your own words")
    text.answer_for(lena, "   ")
    assert not Answer.objects.exists()
    assert text.kind == Kind.FREE_TEXT


def save_as_the_script_does(client, module, **given):
    address = reverse("module_save", args=[module.pk])
    data = answers(module, **given) | shown(client, module)
    return client.post(address, data, headers={"Accept": "application/json"})


def test_badges_and_progress_follow_each_answer_that_is_kept(client, lena, module):
    sign_in(client, lena)
    said = save_as_the_script_does(client, module, clean="on", how="5 °C").json()
    assert (said["answered"], said["progress"]) == (2, "2 of 5 steps answered · 2 required steps open")
    pks = [str(each.pk) for each in module.interactions.all()]
    assert [said["badges"][pk]["label"] for pk in pks] == ["Answered", "Required", "Answered", "Required", "Optional"]
    assert said["badges"][pks[0]]["tone"] == "info"
    page = words(client.get(module.get_absolute_url()))
    assert said["progress"] in page, "the page says the same"
    said = save_as_the_script_does(client, module, clean="", i="on", how="5 °C", when=["Never"]).json()
    assert said["progress"] == "3 of 5 steps answered · 1 required step open"
    assert said["badges"][pks[0]] == {"label": "Required", "tone": ""}


def test_the_pages_script_is_answered_in_short(client, lena, module):
    sign_in(client, lena)
    response = save_as_the_script_does(client, module, clean="on")
    clean, *others = [str(each.pk) for each in module.interactions.all()]
    said = response.json()
    assert (response.status_code, said["saved"], said["unfit"], said["conflicts"]) == (200, True, [], [])
    assert said["kept"] == {clean: f"{digest(True)}:1"} | dict.fromkeys(others, f"{digest(None)}:1")
    assert kept(lena) == {"Clean hands": True}
    assert "Your answers are saved." not in client.get("/").content.decode()  # nothing is left over for a next page


def test_the_script_is_told_what_does_not_fit_and_that_it_is_too_late(client, lena, module):
    sign_in(client, lena)
    refused = save_as_the_script_does(client, module, clean="on", **{"in": "x" * 5_001})
    assert (refused.status_code, refused.json()["saved"]) == (422, False)
    assert refused.json()["unfit"] == [module.interactions.get(title="In your own words").pk]
    assert kept(lena) == {"Clean hands": True}
    assert submit(client, module, **COMPLETE).status_code == 302
    before = kept(lena)
    late = save_as_the_script_does(client, module, i="on", how="12 °C")
    assert (late.status_code, late.json()) == (409, {"saved": False})
    assert kept(lena) == before


def test_a_submitted_module_has_nothing_to_save(client, lena, module):
    sign_in(client, lena)
    address = module.get_absolute_url()
    assert "learning_autosave" in client.get(address).content.decode()
    assert submit(client, module, **COMPLETE).status_code == 302
    assert "autosave" not in client.get(address).content.decode()
