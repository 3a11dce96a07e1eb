"""What no page sends: whatever is written into a form, Lena changes only what she sees, and as it is meant."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from learning.models import Answer, ModuleProgress, Registration
from tests.support.assumed import sign_in
from tests.support.learning_factories import (
    add_interaction,
    answers,
    food_safety,
    kept,
    make_document,
    make_event,
    make_module,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def lenas_browser(client, lena):
    sign_in(client, lena)
    return client


@pytest.fixture
def module(lenas_browser):
    return food_safety()


def test_no_answer_reaches_an_interaction_of_another_module(lenas_browser, lena, module):
    other = make_module("Another one")
    step = add_interaction(other, "Read this")
    data = {"shown": [step.pk], f"answer-{step.pk}": "on"}
    for name in ("module_save", "module_submit"):
        lenas_browser.post(reverse(name, args=[module.pk]), data)
    assert not Answer.objects.exists()
    assert lenas_browser.post(reverse("module_save", args=[other.pk]), data).status_code == 302
    assert kept(lena) == {"Read this": True}


def hide(item, how, lena):
    now = timezone.now()
    match how:
        case "a draft":
            type(item).objects.filter(pk=item.pk).update(is_published=False)
        case "not yet":
            type(item).objects.filter(pk=item.pk).update(published_from=now + HOUR)
        case "closed":
            type(item).objects.filter(pk=item.pk).update(published_until=now - HOUR)
        case "for others":
            item.audience.all().delete()
        case "excluded":
            item.exclusions.create(person=lena)


@pytest.mark.parametrize("how", ["a draft", "not yet", "closed", "for others", "excluded", "waits"])
def test_what_lena_no_longer_sees_takes_nothing_from_her(lenas_browser, lena, module, how):
    event, document = make_event(), make_document()
    event.register(lena)
    module.keep_answers(lena, {module.interactions.first(): True})
    if how == "waits":
        module.prerequisites.add(make_module("First"))
    for item in (module, event, document):
        hide(item, how, lena)
    before = (kept(lena), list(ModuleProgress.objects.values()), list(Registration.objects.values()))
    data = answers(module, i="on")
    for name in ("module_save", "module_submit"):
        assert lenas_browser.post(reverse(name, args=[module.pk]), data).status_code == 404
    assert lenas_browser.get(module.get_absolute_url()).status_code == 404
    if how != "waits":
        for name in ("event_register", "event_leave"):
            assert lenas_browser.post(reverse(name, args=[event.pk])).status_code == 404
        assert lenas_browser.get(document.get_absolute_url()).status_code == 404
    assert (kept(lena), list(ModuleProgress.objects.values()), list(Registration.objects.values())) == before


@pytest.mark.parametrize("value", ["-1", "9" * 40, "True", "1e3", "\0", "<b>", "١", "x" * 70_000])
def test_a_choice_that_is_none_is_refused_in_words(lenas_browser, lena, module, value):
    question = module.interactions.get(title="How cold is the fridge?")
    data = {"shown": question.pk, f"answer-{question.pk}": value}
    response = lenas_browser.post(reverse("module_save", args=[module.pk]), data)
    assert response.status_code == 422
    assert "Some answers don't fit and are not saved; the others are." in response.content.decode()
    assert not Answer.objects.exists()


def test_what_is_shown_may_be_nonsense(lenas_browser, module):
    data = {"shown": ["", "x", "-1", "9" * 40, "\0"], "answer-1e3": "on", "answer-": "on"}
    assert lenas_browser.post(reverse("module_save", args=[module.pk]), data).status_code == 302
    assert not ModuleProgress.objects.exists()


def test_a_form_of_thousands_of_fields_is_refused(lenas_browser, module):
    data = {"shown": [str(number) for number in range(2_001)]}
    assert lenas_browser.post(reverse("module_save", args=[module.pk]), data).status_code == 400


@pytest.mark.parametrize("name", ["module_save", "event_register", "document_file", "interaction_file"])
def test_a_number_that_no_database_holds_is_not_found(lenas_browser, name):
    ask = lenas_browser.get if name.endswith("file") else lenas_browser.post
    assert ask(reverse(name, args=[10**40])).status_code == 404


@pytest.mark.parametrize("name", ["dashboard", "module_list", "event_list", "document_list"])
def test_a_strange_search_finds_nothing_and_breaks_nothing(lenas_browser, module, name):
    for query in ({"q": "\0%_\\'\"<b>"}, {"q": "ø" * 5_000}, {"q": "a " * 100}, {"page": "9" * 40}, {"page": "x"}):
        response = lenas_browser.get(reverse(name), query)
        assert response.status_code == 200
        assert "<b>" not in response.content.decode()
