"""Working through a module: answers are kept, Submit says what is missing, and what is submitted stays."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from learning.models import AlreadySubmitted, Answer, InteractionsMissing, ModuleProgress

from .assumed import detail, events, log_in_as, sign_in
from .learning_factories import COMPLETE, Kind, add_interaction, answers, food_safety, make_module

pytestmark = pytest.mark.django_db


@pytest.fixture
def module():
    return food_safety()


def kept(person):
    return {answer.interaction.title: answer.value for answer in Answer.objects.filter(user=person)}


def choice(module, title, text):
    return module.interactions.get(title=title).choices.get(text=text).pk


def save(client, module, **given):
    return client.post(reverse("module_save", args=[module.pk]), answers(module, **given))


def submit(client, module, **given):
    return client.post(reverse("module_submit", args=[module.pk]), answers(module, **given))


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


def test_submit_is_refused_with_links_to_what_is_missing_and_keeps_the_answers(client, lena, module):
    sign_in(client, lena)
    response = submit(client, module, clean="on", how="5 °C")
    page = response.content.decode()
    assert response.status_code == 422
    assert "2 required steps are open" in page
    missing = re.findall(r"<li>\s*<a href=\"#(interaction-\d+)\">(.*?)</a>", page)
    illness, cloth = (
        module.interactions.get(title=title) for title in ("I report illness", "When do you change the cloth?")
    )
    assert missing == [
        (illness.anchor, "2. I report illness"),
        (cloth.anchor, "4. When do you change the cloth?"),
    ]
    assert all(f'id="{anchor}"' in page for anchor, _title in missing)
    assert set(kept(lena)) == {"Clean hands", "How cold is the fridge?"}
    assert ModuleProgress.objects.get(user=lena).submitted_at is None


def test_submit_without_sending_answers_judges_those_that_are_kept(client, lena, module):
    sign_in(client, lena)
    save(client, module, **COMPLETE)
    response = client.post(reverse("module_submit", args=[module.pk]))
    assert (response.status_code, response.url) == (302, module.get_absolute_url())
    assert ModuleProgress.objects.get(user=lena, module=module).submitted_at


def test_a_complete_module_is_submitted_and_shows_how_it_went(client, lena, module):
    sign_in(client, lena)
    assert submit(client, module, **COMPLETE | {"how": "12 °C"}).status_code == 302
    page = client.get(module.get_absolute_url()).content.decode()
    assert "Submitted. Well done!" in page
    assert "1 of 2 questions answered right." in page
    assert re.search(r"The right answer:\s*5 °C", page)
    assert "The right answers:" not in page
    assert reverse("module_submit", args=[module.pk]) not in page
    assert page.count(" disabled") == 8


def test_before_it_is_submitted_the_page_does_not_tell_right_from_wrong(client, lena, module):
    sign_in(client, lena)
    save(client, module, **COMPLETE)
    with_right = client.get(module.get_absolute_url()).content.decode()
    assert "right" not in re.sub(r"copyright", "", with_right, flags=re.I).lower()


def test_what_is_submitted_stays_as_it_is(client, lena, module):
    sign_in(client, lena)
    submit(client, module, **COMPLETE)
    before = (kept(lena), ModuleProgress.objects.get().submitted_at)
    save(client, module, how="12 °C")
    submit(client, module, how="12 °C")
    assert (kept(lena), ModuleProgress.objects.get().submitted_at) == before
    with pytest.raises(AlreadySubmitted):
        module.interactions.get(title="How cold is the fridge?").answer_for(lena, None)


def test_an_answer_that_arrives_after_somebody_else_submitted_is_refused_in_words(client, lena, module, monkeypatch):
    """Two tabs: the page of the first was read before the second one submitted."""
    from learning.forms import AnswersForm

    sign_in(client, lena)
    save(client, module, **COMPLETE)
    module.submit_for(lena)
    monkeypatch.setattr(AnswersForm, "is_submitted", False)
    response = client.post(reverse("module_save", args=[module.pk]), answers(module, clean="on"), follow=True)
    assert "its answers stay as they are" in response.content.decode()
    assert set(kept(lena)) == {
        "Clean hands",
        "I report illness",
        "How cold is the fridge?",
        "When do you change the cloth?",
    }


def test_submit_for_names_the_missing_interactions(lena, module):
    with pytest.raises(InteractionsMissing) as refusal:
        module.submit_for(lena)
    assert [interaction.title for interaction in refusal.value.interactions] == [
        "Clean hands",
        "I report illness",
        "How cold is the fridge?",
        "When do you change the cloth?",
    ]
    assert not ModuleProgress.objects.exists()


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


def test_a_module_is_never_submitted_before_it_was_started(lena, module):
    now = timezone.now()
    with pytest.raises(IntegrityError, match="module_submitted_after_it_was_started"):
        ModuleProgress.objects.create(user=lena, module=module, started_at=now, submitted_at=now - timedelta(days=1))


def test_an_interaction_is_of_a_known_kind(module):
    with pytest.raises(IntegrityError, match="interaction_is_of_a_known_kind"):
        module.interactions.create(title="Sing", kind="sing")


def test_sam_sees_lenas_module_as_she_does_and_changes_nothing_by_it(client, sam, lena, module):
    sign_in(client, lena)
    save(client, module, clean="on")
    client.get("/")  # takes the message that she has just been given
    own = main_part(client.get(module.get_absolute_url()))
    rows = list(ModuleProgress.objects.values()), list(Answer.objects.values())
    log_in_as(client, sam, lena)
    assert main_part(client.get(module.get_absolute_url())) == own
    assert (list(ModuleProgress.objects.values()), list(Answer.objects.values())) == rows


def main_part(response):
    assert response.status_code == 200
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)[0]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", main)


def test_sam_may_submit_for_lena_and_it_is_on_record(client, sam, lena, module):
    log_in_as(client, sam, lena)
    assert submit(client, module, clean="on").status_code == 422
    assert submit(client, module, **COMPLETE).status_code == 302
    assert ModuleProgress.objects.get(user=lena, module=module).submitted_at
    assert not ModuleProgress.objects.filter(user=sam).exists()
    outcomes = [(event.outcome, detail(event)["status"]) for event in events("assumed_session.outcome")]
    assert outcomes == [("refused", 422), ("done", 302)]


def test_looking_only_sam_may_not_save_for_lena(client, sam, lena, module):
    log_in_as(client, sam, lena, mode="look_only")
    assert save(client, module, clean="on").status_code == 403
    assert not Answer.objects.exists()


def test_a_reworded_choice_keeps_its_answers_and_a_removed_one_loses_them(lena, max_, module):
    question = module.interactions.get(title="How cold is the fridge?")
    question.answer_for(lena, choice(module, question.title, "5 °C"))
    question.answer_for(max_, choice(module, question.title, "12 °C"))
    question.offer([("At most 5 °C", True), ("12 °C", False), ("20 °C", False)])
    assert kept(lena) == {question.title: choice(module, question.title, "At most 5 °C")}
    question.offer([("20 °C", False), ("At most 5 °C", True)])
    assert [each.text for each in question.choices.all()] == ["20 °C", "At most 5 °C"]
    assert kept(lena) == {question.title: choice(module, question.title, "At most 5 °C")}
    assert kept(max_) == {}
    assert question in module.missing_for(max_)


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
