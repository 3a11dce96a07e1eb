"""Submitting a module: what is missing is said, what is submitted stays, and on somebody's behalf it is on record."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from learning.models import AlreadySubmitted, Answer, InteractionsMissing, ModuleProgress
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.learning_factories import COMPLETE, answers, food_safety, kept, save, shown, submit, untouched

pytestmark = pytest.mark.django_db


@pytest.fixture
def module():
    return food_safety()


def test_submit_is_refused_with_links_to_what_is_missing_and_keeps_the_answers(client, lena, module):
    sign_in(client, lena)
    response = submit(client, module, clean="on", how="5 °C")
    page = response.content.decode()
    assert response.status_code == 422
    assert "2 required steps are open" in page
    assert re.search(r"2 of 5 steps answered\s*·\s*2 required steps open", page)
    assert "In progress" in page
    missing = re.findall(r"<li>\s*<a href=\"#(interaction-\d+)\">(.*?)</a>", page)
    illness, cloth = (
        module.interactions.get(title=title) for title in ("I report illness", "When do you change the cloth?")
    )
    assert missing == [
        (illness.anchor, "2. I report illness"),
        (cloth.anchor, "4. When do you change the cloth?"),
    ]
    assert all(f'id="{anchor}"' in page for anchor, _title in missing)
    assert page.count("Not submitted yet: this required step is open.") == 2
    assert re.findall(r'<section class="card step"\s+id="([^"]+)"[^>]*\sautofocus>', page) == [illness.anchor]
    assert set(kept(lena)) == {"Clean hands", "How cold is the fridge?"}
    assert ModuleProgress.objects.get(user=lena).submitted_at is None


def test_a_submit_that_showed_nothing_hands_nothing_in(client, lena, module):
    sign_in(client, lena)
    save(client, module, **COMPLETE)
    assert client.post(reverse("module_submit", args=[module.pk])).status_code == 409
    assert ModuleProgress.objects.get(user=lena, module=module).submitted_at is None
    response = client.post(reverse("module_submit", args=[module.pk]), untouched(client, module))
    assert (response.status_code, response.url) == (302, module.get_absolute_url())
    assert ModuleProgress.objects.get(user=lena, module=module).submitted_at


def test_a_complete_module_is_submitted_and_shows_how_it_went(client, lena, module):
    sign_in(client, lena)
    assert submit(client, module, **COMPLETE | {"how": "12 °C"}).status_code == 302
    page = client.get(module.get_absolute_url()).content.decode()
    assert "Well done" not in page, "nothing wrong is praised"
    assert "1 of 2 questions answered right." in page
    assert re.search(r'<div class="notice" data-tone="info">\s*<p>\s*<strong>\s*Submitted\.', page)
    fridge = module.interactions.get(title="How cold is the fridge?")
    assert f'<a href="#{fridge.anchor}">See which</a>' in page
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
    sent = shown(client, module)
    module.submit_for(lena)
    monkeypatch.setattr(AnswersForm, "is_submitted", False)
    response = client.post(reverse("module_save", args=[module.pk]), answers(module) | sent, follow=True)
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


def test_a_module_is_never_submitted_before_it_was_started(lena, module):
    now = timezone.now()
    with pytest.raises(IntegrityError, match="module_submitted_after_it_was_started"):
        ModuleProgress.objects.create(user=lena, module=module, started_at=now, submitted_at=now - timedelta(days=1))


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
