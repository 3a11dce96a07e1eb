"""An old tab takes nothing from a newer one: what a page changed is compared with what the page was made from."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from audit.verification.checker import verify
from learning.models import ModuleProgress
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.learning_factories import (
    COMPLETE,
    Kind,
    add_interaction,
    answers,
    food_safety,
    kept,
    make_module,
    save,
    shown,
    untouched,
)

pytestmark = pytest.mark.django_db
SCRIPT = {"Accept": "application/json"}
WORDS = "In your own words"


@pytest.fixture
def module():
    return food_safety()


@pytest.fixture
def lenas_browser(client, lena):
    sign_in(client, lena)
    return client


def post(client, module, tab, name="module_save", **changes):
    return client.post(reverse(name, args=[module.pk]), tab | changes)


def field(module, title):
    return f"answer-{module.interactions.get(title=title).pk}"


def page_of(response):
    return re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)[0]


def test_an_old_tab_wipes_nothing_that_it_did_not_touch(lenas_browser, lena, module):
    old = untouched(lenas_browser, module)
    save(lenas_browser, module, **COMPLETE, **{"in": "From the newer tab"})
    before = kept(lena)
    assert len(before) == 5
    assert post(lenas_browser, module, old).status_code == 302
    assert kept(lena) == before


def test_of_two_tabs_that_change_different_answers_both_are_kept(lenas_browser, lena, module):
    first, second = untouched(lenas_browser, module), untouched(lenas_browser, module)
    post(lenas_browser, module, first, **{field(module, "Clean hands"): "on"})
    post(lenas_browser, module, second, **{field(module, WORDS): "Second"})
    assert kept(lena) == {"Clean hands": True, WORDS: "Second"}


def test_where_both_changed_the_same_answer_the_newer_stands_and_the_other_is_taken_by_hand(
    lenas_browser, lena, module
):
    old, newer = untouched(lenas_browser, module), untouched(lenas_browser, module)
    post(lenas_browser, module, newer, **{field(module, WORDS): "The newer one"})
    response = post(
        lenas_browser, module, old, **{field(module, WORDS): "Typed <here>", field(module, "Clean hands"): "on"}
    )
    page = page_of(response)
    assert response.status_code == 409
    assert "1 answer was changed elsewhere after this page was opened." in page
    assert re.search(r"The newer one</textarea>", page)
    assert "<blockquote>Typed &lt;here&gt;</blockquote>" in page
    assert kept(lena) == {"Clean hands": True, WORDS: "The newer one"}  # what does not conflict is kept
    # The page that says so takes the typed one if it is asked to, and keeps the newer one if not
    step = module.interactions.get(title=WORDS)
    now = untouched(lenas_browser, module) | {f"typed-{step.pk}": "Typed <here>"}
    assert post(lenas_browser, module, now).status_code == 302
    assert kept(lena)[WORDS] == "The newer one"
    assert post(lenas_browser, module, now, take=step.pk).status_code == 302
    assert kept(lena)[WORDS] == "Typed <here>"


@pytest.mark.parametrize(
    ("title", "newer", "typed", "said"),
    [
        ("How cold is the fridge?", "12 °C", "5 °C", "5 °C"),
        ("When do you change the cloth?", ["Never"], ["Smells", "Evening"], "Smells"),
        ("Clean hands", None, None, None),
    ],
)
def test_a_conflict_about_every_kind_names_what_was_given(lenas_browser, lena, module, title, newer, typed, said):
    """A box that was ticked in both tabs is the same answer, and no conflict."""
    word = title.split()[0].lower()
    data = shown(lenas_browser, module)
    save(lenas_browser, module, **{word: newer or "on"})
    response = post(lenas_browser, module, answers(module, **{word: typed or "on"}) | data)
    assert response.status_code == (409 if said else 302)
    if said:
        assert f"<blockquote>{said}</blockquote>" in page_of(response)


def test_an_answer_that_one_tab_took_back_is_a_conflict_for_the_tab_that_changed_it(lenas_browser, lena, module):
    save(lenas_browser, module, **{"in": "First"})
    old, newer = untouched(lenas_browser, module), untouched(lenas_browser, module)
    post(lenas_browser, module, newer, **{field(module, WORDS): ""})
    assert post(lenas_browser, module, old, **{field(module, WORDS): "Changed"}).status_code == 409
    assert kept(lena) == {}
    # and the other way round: taking back is a change like any other
    save(lenas_browser, module, **{"in": "Second"})
    old = untouched(lenas_browser, module)
    save(lenas_browser, module, **{"in": "Third"})
    response = post(lenas_browser, module, old, **{field(module, WORDS): ""})
    assert (response.status_code, kept(lena)) == (409, {WORDS: "Third"})
    assert "None: you took the answer back." in page_of(response)


def test_what_does_not_fit_stays_made_from_what_its_page_was_made_from(lenas_browser, lena, module):
    old = untouched(lenas_browser, module)
    save(lenas_browser, module, **{"in": "The newer one"})
    response = post(lenas_browser, module, old, **{field(module, WORDS): "x" * 5_001})
    assert response.status_code == 422
    again = {"shown": re.findall(r'name="shown" value="([^"]+)"', response.content.decode())}
    assert post(lenas_browser, module, again | {field(module, WORDS): "Shorter"}).status_code == 409
    assert kept(lena) == {WORDS: "The newer one"}


def test_a_page_from_before_this_version_adds_but_takes_nothing(lenas_browser, lena, module):
    save(lenas_browser, module, clean="on")
    old = answers(module, i="on", **{"in": "Words"})  # it names its interactions, not what they were made from
    assert post(lenas_browser, module, old).status_code == 302
    assert kept(lena) == {"Clean hands": True, "I report illness": True, WORDS: "Words"}
    old = answers(module, **{"in": "Other words"})
    assert post(lenas_browser, module, old).status_code == 409


@pytest.mark.parametrize("touched", [True, False])
def test_a_submit_hands_in_what_its_page_shows_or_nothing(lenas_browser, lena, module, touched):
    save(lenas_browser, module, **COMPLETE)
    old = untouched(lenas_browser, module)
    save(lenas_browser, module, **COMPLETE, **{"in": "The newer one"})
    typed = {field(module, WORDS): "Typed here"} if touched else {}
    response = post(lenas_browser, module, old, "module_submit", **typed)
    assert response.status_code == 409
    assert ModuleProgress.objects.get(user=lena).submitted_at is None
    assert "The newer one</textarea>" in page_of(response)
    assert post(lenas_browser, module, untouched(lenas_browser, module), "module_submit").status_code == 302
    assert kept(lena)[WORDS] == "The newer one"


def test_a_question_that_came_after_the_page_was_opened_is_shown_before_anything_is_handed_in(lenas_browser, lena):
    module = make_module()
    add_interaction(module, "Read this")
    old = untouched(lenas_browser, module)
    add_interaction(module, "Anything else?", Kind.FREE_TEXT, required=False)
    response = post(lenas_browser, module, old, "module_submit", **{field(module, "Read this"): "on"})
    assert response.status_code == 409
    assert "Not submitted yet: what is stored is not what your page showed." in page_of(response)
    assert post(lenas_browser, module, untouched(lenas_browser, module), "module_submit").status_code == 302


def test_lenas_old_tab_takes_nothing_from_what_sam_answered_for_her(lenas_browser, sam, lena, module):
    old = untouched(lenas_browser, module)
    other = Client()
    log_in_as(other, sam, lena)
    save(other, module, **{"in": "Sam for Lena"})
    assert post(lenas_browser, module, old).status_code == 302
    assert post(lenas_browser, module, old, **{field(module, WORDS): "Lena"}).status_code == 409
    assert kept(lena) == {WORDS: "Sam for Lena"}
    assert events("answer.replaced") == []


def test_lena_replacing_what_sam_answered_for_her_is_on_record_once(lenas_browser, sam, lena, module):
    other = Client()
    session = log_in_as(other, sam, lena)
    save(other, module, **{"in": "Sam for Lena"})
    save(lenas_browser, module, **{"in": "Lena herself"})
    save(lenas_browser, module, **{"in": "Lena again"})
    [event] = events("answer.replaced")
    assert (event.actor_id, event.target_id, event.assumed_session) == (lena.pk, lena.pk, None)
    said = detail(event)
    assert (said["before"], said["after"]) == ({"value": "Sam for Lena"}, {"value": "Lena herself"})
    assert (said["about"], said["given_in"]) == ("Food safety basics", str(session.pk))
    assert verify().exit_code == 0


def test_what_is_kept_on_behalf_shows_no_bookkeeping_in_the_log(client, sam, lena, module):
    log_in_as(client, sam, lena)
    data = untouched(client, module) | {field(module, WORDS): "Words", "page": "ab" * 16, "number": "1"}
    client.post(reverse("module_save", args=[module.pk]), data, headers=SCRIPT)
    said = [detail(event) for event in events("assumed_session.changed")]
    assert {each["table"] for each in said} == {"learning_answer", "learning_moduleprogress"}
    assert {name for each in said for name in each["after"]}.isdisjoint({"page", "pages", "assumed_session"})
    assert ModuleProgress.objects.get().pages == {"ab" * 16: {"number": 1, "taken_back": []}}
