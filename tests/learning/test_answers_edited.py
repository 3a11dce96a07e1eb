"""Content edited under people's answers: each answer keeps what it answered, and the edit tells how many."""

import html
import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from audit.verification.checker import verify
from learning.models import Answer, Choice, EarlierWording, Interaction, Module
from learning.visibility.explanation import explain_submission
from tests.support.assumed import detail, events, sign_in
from tests.support.learning_factories import Kind, add_interaction, kept, make_module, shown, submit, untouched

from .test_admin import module_data, rows

pytestmark = pytest.mark.django_db
QUESTION = "How cold is the fridge?"


@pytest.fixture
def module():
    made = make_module()
    add_interaction(made, QUESTION, Kind.SINGLE_CHOICE, choices=["*5 °C", "12 °C", "20 °C"])
    return made


@pytest.fixture
def question(module):
    return module.interactions.get()


@pytest.fixture
def browsers(lena, carl):
    """Lena's and Carl's."""
    made = Client(), Client()
    for browser, person in zip(made, (lena, carl), strict=True):
        sign_in(browser, person)
    return made


def edit(browser, module, choices=None, *, seen=None, **fields):
    """Carl saves the module: choices as (key, text, whether right), in their new order; None leaves them."""
    [question] = module.interactions.all()
    stored = [(each.pk, each.text, each.is_right) for each in question.choices.all()]
    form = {"position": 1, "kind": question.kind, "is_required": "on", "title": question.title, "prompt": ""}
    form |= {"id": question.pk, "module": module.pk, "choices_text": ""} | fields
    data = module_data(module.title, interactions=[form], initial=1)
    data |= rows("audience", {"is_everyone": "on", "id": module.audience.get().pk, "item": module.pk}, initial=1)
    chosen = stored if choices is None else choices
    data["interactions-0-choices_text-key"] = [key for key, _text, _right in chosen]
    for place, (key, text, is_right) in enumerate(chosen, start=1):
        data[f"interactions-0-choices_text-{key}-text"] = text
        data[f"interactions-0-choices_text-{key}-position"] = place
        if is_right:
            data[f"interactions-0-choices_text-{key}-right"] = "on"
    return browser.post(reverse("admin:learning_module_change", args=[module.pk]), data)


def reworded(question):
    """All three choices in other words, and in another order."""
    cold, warm, hot = question.choices.all()
    return [(hot.pk, "Like summer", False), (cold.pk, "At most 5 °C", True), (warm.pk, "Like a cellar", False)]


def page(browser, module):
    return html.unescape(browser.get(module.get_absolute_url()).content.decode())


def chosen(browser, module):
    found = re.search(r'value="\d+"[^>]* checked[^>]*>\s*([^<]*?)\s*</label>', page(browser, module))
    return found and found[1]


@pytest.mark.parametrize("text", ["5 °C", "12 °C", "20 °C"])
def test_reworded_and_reordered_at_once_every_answer_is_still_the_one_that_was_given(browsers, module, question, text):
    lenas, carls = browsers
    now = dict(zip(["20 °C", "5 °C", "12 °C"], ["Like summer", "At most 5 °C", "Like a cellar"], strict=True))
    lenas.post(
        reverse("module_save", args=[module.pk]),
        shown(lenas, module) | {f"answer-{question.pk}": question.choices.get(text=text).pk},
    )
    assert edit(carls, module, reworded(question), fate="stay").status_code == 302
    assert chosen(lenas, module) == now[text]
    said = page(lenas, module)
    assert "The wording was changed on" in said
    assert f"<blockquote>{text}</blockquote>" in said


def test_an_edit_is_refused_until_carl_says_what_becomes_of_the_answers(browsers, module, question, lena, max_):
    _lenas, carls = browsers
    for person in (lena, max_):
        question.answer_for(person, question.choices.first().pk)
    module.submit_for(max_)
    form = html.unescape(carls.get(reverse("admin:learning_module_change", args=[module.pk])).content.decode())
    assert "2 people have answered this. 1 of the answers is handed in." in form
    response = edit(carls, module, title="How cold?")
    assert response.status_code == 200
    assert "Say what becomes of their answers, then save." in html.unescape(response.content.decode())
    assert module.interactions.get().title == QUESTION
    # What touches no answer asks nothing: the place, and whether it is required
    assert edit(carls, module, position=7).status_code == 302
    assert (module.interactions.get().position, module.interactions.get().version) == (7, 1)
    assert events("question.changed") == []


def test_line_breaks_of_a_browser_are_no_change_of_the_wording(browsers, module, question, lena):
    _lenas, carls = browsers
    Interaction.objects.update(prompt="First.\n\n* Second")
    question.answer_for(lena, question.choices.first().pk)
    assert edit(carls, module, prompt="First.\r\n\r\n* Second\r\n").status_code == 302
    stored = module.interactions.get()
    assert (stored.prompt, stored.version) == ("First.\n\n* Second", 1)
    assert edit(carls, module, prompt="First.\r\n* Second").status_code == 200, "and another line is one"


@pytest.mark.parametrize("how", ["kind", "choice"])
def test_answers_cannot_stay_where_what_they_name_goes(browsers, module, question, lena, how):
    _lenas, carls = browsers
    question.answer_for(lena, question.choices.first().pk)
    changed = {"kind": "multiple_choice"} if how == "kind" else {}
    choices = reworded(question)[:2] if how == "choice" else None
    response = edit(carls, module, choices, fate="stay", **changed)
    assert (
        "Answers can’t stay where" in response.content.decode()
        or "Answers can&#x27;t stay" in response.content.decode()
    )
    assert edit(carls, module, choices, fate="clear", **changed).status_code == 302
    assert kept(lena) == {}


def test_where_the_meaning_changes_open_answers_are_cleared_and_lena_is_told(browsers, module, question, lena):
    lenas, carls = browsers
    question.answer_for(lena, question.choices.get(text="12 °C").pk)
    assert edit(carls, module, title="How warm is the shop?", fate="clear").status_code == 302
    assert list(module.missing_for(lena)) == [question]
    said = page(lenas, module)
    assert "Please answer this again." in said
    assert "<blockquote>12 °C</blockquote>" in said
    assert QUESTION in said
    assert chosen(lenas, module) is None
    assert submit(lenas, module, how="20 °C").status_code == 302
    assert "Please answer this again." not in page(lenas, module)
    assert Answer.objects.get().version == 2


@pytest.mark.parametrize("fate", ["stay", "clear"])
def test_what_is_handed_in_shows_what_was_asked_and_answered_then(browsers, module, question, lena, fate):
    lenas, carls = browsers
    submit(lenas, module, how="5 °C")
    page(lenas, module)  # takes the message
    before = page(lenas, module)
    edit(carls, module, reworded(question), title="Changed", fate=fate)
    add_interaction(module, "Added later", Kind.READ, required=False)
    after = page(lenas, module)
    main = re.compile(r"<main.*</main>", re.DOTALL)
    strip = re.compile(r'name="(csrfmiddlewaretoken|shown)" value="[^"]*"')
    assert strip.sub("", main.search(after)[0]) == strip.sub("", main.search(before)[0])


def test_a_removed_question_is_asked_no_more_and_stays_where_it_is_handed_in(browsers, module, question, lena, max_):
    lenas, carls = browsers
    submit(lenas, module, how="5 °C")
    question.answer_for(max_, question.choices.first().pk)
    response = edit(carls, module, DELETE="on")
    assert "2 people have answered this." in response.content.decode()
    assert Interaction.objects.count() == 1
    assert edit(carls, module, DELETE="on", fate="clear").status_code == 302
    assert not module.interactions.exists()
    said = page(lenas, module)
    assert QUESTION in said
    assert "1 of 1 question answered right." in said
    [event] = events("question.changed")
    assert (detail(event)["after"], detail(event)["cleared"]) == (None, 1)


def test_an_edit_is_on_record_with_before_and_after_and_the_number_of_people(
    browsers, module, question, carl, lena, max_
):
    _lenas, carls = browsers
    for person in (lena, max_):
        question.answer_for(person, question.choices.first().pk)
    module.submit_for(max_)
    edit(carls, module, title="How warm?", fate="clear")
    [event] = events("question.changed")
    said = detail(event)
    assert event.actor_id == carl.pk
    assert (said["about"], said["answers"], said["answered"], said["handed_in"], said["cleared"]) == (
        "Food safety basics", "clear", 2, 1, 1,
    )  # fmt: skip
    assert (said["before"], said["after"]) == ({"title": QUESTION}, {"title": "How warm?"})
    assert verify().exit_code == 0


@pytest.mark.parametrize(
    ("fate", "submits", "said"),
    [
        ("stay", False, "reworded"),
        ("clear", False, "is asked again"),
        ("clear", True, "submitted it; the answer"),
    ],
)
def test_the_access_check_tells_that_a_question_changed_after_lena_answered(
    browsers, module, question, lena, fate, submits, said
):
    _lenas, carls = browsers
    question.answer_for(lena, question.choices.first().pk)
    if submits:
        module.submit_for(lena)
    assert explain_submission(lena, module).changed == []
    edit(carls, module, title="How warm?", fate=fate)
    [sentence] = explain_submission(lena, module).changed
    assert QUESTION in sentence
    assert said in sentence


@pytest.mark.parametrize("name", ["module_save", "module_submit"])
def test_an_answer_from_a_page_of_the_earlier_question_is_shown_and_not_kept(browsers, module, question, lena, name):
    lenas, carls = browsers
    old = untouched(lenas, module) | {f"answer-{question.pk}": question.choices.get(text="12 °C").pk}
    edit(carls, module, title="How warm is the shop?")  # nobody has answered, so nobody is asked
    response = lenas.post(reverse(name, args=[module.pk]), old)
    assert response.status_code == 409
    assert "<blockquote>12 °C</blockquote>" in response.content.decode()
    assert not Answer.ever.exists()


def test_an_answer_from_a_page_before_a_rewording_is_kept_with_the_words_of_that_page(
    browsers, module, question, lena, max_
):
    lenas, carls = browsers
    question.answer_for(max_, question.choices.first().pk)
    old = untouched(lenas, module) | {f"answer-{question.pk}": question.choices.get(text="12 °C").pk}
    edit(carls, module, reworded(question), fate="stay")
    assert lenas.post(reverse("module_submit", args=[module.pk]), old).status_code == 409  # not what the page shows
    assert Answer.objects.get(user=lena).version == 1
    assert "<blockquote>12 °C</blockquote>" in page(lenas, module)


def test_a_module_that_people_have_begun_is_not_deleted_with_their_answers(browsers, module, question, lena):
    _lenas, carls = browsers
    question.answer_for(lena, question.choices.first().pk)
    chosen = {"action": "delete_selected", "_selected_action": [module.pk]}
    for address, data in (
        (reverse("admin:learning_module_delete", args=[module.pk]), {}),
        (reverse("admin:learning_module_changelist"), chosen),
    ):
        assert "Make it a draft again instead." in carls.post(address, data | {"post": "yes"}).content.decode()
        assert Module.objects.filter(pk=module.pk).exists()
    other = make_module("Nobody began it")
    assert carls.post(reverse("admin:learning_module_delete", args=[other.pk]), {"post": "yes"}).status_code == 302
    assert not Module.objects.filter(pk=other.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_migration_keeps_every_answer_and_goes_back(lena, max_):
    module = make_module()
    question = add_interaction(module, QUESTION, Kind.SINGLE_CHOICE, choices=["*5 °C", "12 °C"])
    gone = add_interaction(module, "Asked once")
    for person in (lena, max_):
        module.keep_answers(person, {question: question.choices.first().pk, gone: True})
    module.submit_for(max_)
    EarlierWording.objects.create(interaction=question, version=1, **question.wording())
    Interaction.objects.filter(pk=question.pk).update(version=2, valid_from=2)
    Interaction.objects.filter(pk=gone.pk).update(retired_at=module.created_at)
    call_command("migrate", "learning", "0004", verbosity=0)
    call_command("migrate", "learning", verbosity=0)
    assert list(Interaction.ever.values_list("pk", "version", "valid_from", "added_at")) == [(question.pk, 1, 1, None)]
    assert kept(max_) == {QUESTION: Choice.objects.get(text="5 °C").pk}
    assert kept(lena) == {}
