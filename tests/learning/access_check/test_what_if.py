"""What Max would see elsewhere, or with another setting of an item; nothing of it is stored."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Department, FieldChange, JobProfile, User
from learning.models import Document, Event, Module
from tests.learning.access_check.test_another_day import ask
from tests.support.access_check import item_name, titles, words
from tests.support.assumed import detail, events, sign_in
from tests.support.learning_factories import make_document, make_event, make_module
from tests.support.random_learning import people, random_item

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def suppose(browser, person, **values):
    return ask(browser, person, "what-if", **{"if": 1} | values)


def test_max_would_see_latte_art_night_in_copenhagen(sams_browser, max_, copenhagen, norreport, aarhus):
    event = make_event("Latte art night", {"department": copenhagen})
    make_document("For Aarhus", {"department": aarhus})
    before = FieldChange.objects.count()
    said = words(suppose(sams_browser, max_, item=item_name(event), department=norreport.pk))
    assert "Then Max Kjær would see it." in said
    said = words(suppose(sams_browser, max_, department=norreport.pk))
    assert "1 item would appear. 1 item would vanish." in said
    assert User.objects.get(pk=max_.pk).department_id == aarhus.pk
    assert FieldChange.objects.count() == before
    assert [detail(each)["department"] for each in events("access.checked")] == [str(norreport.pk)] * 2


def test_several_suppositions_at_once(sams_browser, max_, copenhagen, aarhus):
    baker = JobProfile.objects.create(name="Baker")
    item = make_module(
        "Tulip", {"department": copenhagen}, excluded=[max_], is_published=True,
        published_from=timezone.now() + DAY,
    )  # fmt: skip
    name = item_name(item)
    said = words(suppose(sams_browser, max_, item=name, add_department=aarhus.pk))
    assert "Even then Max Kjær would not see it: not published yet." in said
    said = words(suppose(sams_browser, max_, item=name, add_department=aarhus.pk, any_time="on"))
    assert "Even then Max Kjær would not see it: excluded." in said
    everything = {"add_job_profile": baker.pk, "job_profile": baker.pk, "any_time": "on", "include": "on"}
    assert "Then Max Kjær would see it." in words(suppose(sams_browser, max_, item=name, **everything))


def test_what_is_seen_now_can_be_lost(sams_browser, max_, copenhagen, aarhus):
    item = make_module("Tulip", {"department": aarhus})
    said = words(suppose(sams_browser, max_, item=item_name(item), department=copenhagen.pk))
    assert "Then Max Kjær would no longer see it: not in the audience." in said
    said = words(suppose(sams_browser, max_, item=item_name(item), add_department=copenhagen.pk))
    assert "Then Max Kjær would see it, as now." in said


def test_what_sam_may_not_know_of_is_a_number(sams_browser, max_, rita, client, norreport, aarhus, lena, copenhagen):
    make_module("Open to Aarhus", {"department": aarhus})
    make_module("For all")
    sign_in(client, rita)
    response = suppose(client, lena, department=norreport.pk)
    assert "Open to Aarhus" not in words(response)
    assert suppose(client, lena, department=aarhus.pk).status_code == 400, "not offered to Rita"


def test_the_empty_form_records_nothing_and_offers_departments_in_scope(sams_browser, max_):
    assert ask(sams_browser, max_, "what-if").status_code == 200
    assert events("access.checked") == []
    assert ask(sams_browser, max_, "what-if", item="module-999").status_code == 200


@pytest.mark.parametrize("seed", range(4))
def test_what_is_supposed_is_what_comes_true(sams_browser, company, copenhagen, norreport, aarhus, seed):
    chance = random.Random(seed)
    departments = list(Department.objects.order_by("path"))
    everybody, profiles = people(departments, chance)
    for _number in range(12):
        random_item(chance, everybody, departments, profiles)
    person, place, profile = chance.choice(everybody), chance.choice(departments), chance.choice(profiles)

    def seen():
        user = User.objects.get(pk=person.pk)
        models = (Module, Event, Document)
        return {(model, pk) for model in models for pk in model.objects.visible_to(user).values_list("pk", flat=True)}

    before = seen()
    response = suppose(sams_browser, person, department=place.pk, job_profile=profile.pk)
    told = response.context["appearing"], response.context["vanishing"] + response.context["unknown"]
    User.objects.filter(pk=person.pk).update(department=place, job_profile=profile)
    after = seen()
    assert told == (len(after - before), len(before - after))
    assert len(titles(response)) == min(24, sum(told))
