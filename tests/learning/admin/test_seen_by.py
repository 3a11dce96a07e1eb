"""Who sees an item, as its page and the messages after a save tell its creator."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Department, JobProfile, User
from learning.admin.seen_by import sight_of
from learning.models import Module
from learning.visibility.people import people_seeing
from tests.learning.test_admin import add, interaction, module_data
from tests.support.access_check import words
from tests.support.assumed import data_queries
from tests.support.learning_factories import (
    Kind,
    add_interaction,
    make_document,
    make_event,
    make_module,
    submitted,
)
from tests.support.random_learning import people, random_item

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MAKERS = [make_module, make_event, make_document]


def page_of(client, item):
    address = reverse(f"admin:learning_{item._meta.model_name}_change", args=[item.pk])
    return words(client.get(address))


def after_saving(client, data, model="module"):
    """Add an item, and return the page that follows."""
    response = client.post(reverse(f"admin:learning_{model}_add"), data, follow=True)
    assert response.redirect_chain, "it is saved"
    return response


def test_carl_reads_how_many_people_see_what_he_saved(carls_browser, lena, max_, copenhagen):
    page = words(after_saving(carls_browser, module_data(audience=[{"person": max_.email}])))
    assert "1 person can see this." in page
    page = words(after_saving(carls_browser, module_data("More", audience=[{"is_everyone": "on"}])))
    assert f"{User.objects.filter(is_active=True).count()} people can see this." in page


def test_carl_is_warned_that_nobody_sees_it_with_a_link_to_the_audience(carls_browser):
    response = after_saving(carls_browser, module_data())
    address = reverse("admin:learning_module_change", args=[Module.objects.get().pk])
    assert "Published, but nobody can see it: the audience is empty." in words(response)
    assert f'<a href="{address}#audience-group">Open the setting</a>' in response.content.decode()
    assert "can see this." not in words(response)


@pytest.mark.parametrize("make", MAKERS)
def test_a_draft_says_nothing(carls_browser, make):
    item = make("A draft", is_published=False)
    assert sight_of(item).sentence == ""
    assert "can see this" not in page_of(carls_browser, item)


@pytest.mark.parametrize("make", MAKERS)
def test_what_is_published_later_says_when_and_for_how_many(carls_browser, lena, make):
    item = make("Soon", {"person": lena}, published_from=timezone.now() + 2 * DAY)
    page = page_of(carls_browser, item)
    assert "Nobody can see this before" in page
    assert "Then 1 person can, as things stand today." in page


@pytest.mark.parametrize("make", MAKERS)
def test_what_has_closed_says_so_and_offers_the_setting(carls_browser, make):
    item = make("Gone", published_until=timezone.now() - DAY)
    response = carls_browser.get(reverse(f"admin:learning_{item._meta.model_name}_change", args=[item.pk]))
    assert "Its publication ended on" in words(response)
    assert '<a href="#id_published_until_0">' in response.content.decode()
    assert "can see this" not in words(response)


def test_where_everybody_waits_for_something_else_it_says_so(carls_browser, lena):
    first, second = make_module("First"), make_module("Second", {"person": lena})
    second.prerequisites.add(first)
    assert "everybody in its audience has to submit something else first." in page_of(carls_browser, second)
    submitted(lena, first)
    assert "1 person can see this." in page_of(carls_browser, second)


def test_a_prerequisite_that_nobody_can_submit_is_told(carls_browser, lena):
    later, second = make_module("Later", published_from=timezone.now() + DAY), make_module("Second")
    second.prerequisites.add(later)
    said = "It builds on “Later”. Nobody can submit that now, so everybody who has to do it first waits."
    assert said in page_of(carls_browser, second)
    listed = words(carls_browser.get(reverse("admin:learning_module_changelist")))
    assert "builds on a module that nobody can submit now" in listed
    Module.objects.filter(pk=later.pk).update(published_from=None)
    assert said not in page_of(carls_browser, second)
    add_interaction(later, "How cold?", Kind.SINGLE_CHOICE)
    assert said in page_of(carls_browser, second), "its question offers no choices"


def test_a_pass_mark_without_effect_is_told(carls_browser, lena):
    module = make_module("Hygiene", pass_mark=80)
    add_interaction(module, "Guess", Kind.SINGLE_CHOICE, required=False, choices=["*A", "B"])
    said = "Everybody passes: no required question has a right answer, so the pass mark has no effect."
    assert said in page_of(carls_browser, module)
    add_interaction(module, "How cold?", Kind.SINGLE_CHOICE, choices=["*A", "B"])
    assert said not in page_of(carls_browser, module)


def test_publishing_from_the_list_says_it_of_each(carls_browser, lena):
    lost, fine = make_module("Lost", is_published=False), make_module("Fine", {"person": lena}, is_published=False)
    lost.audience.all().delete()
    sent = {"action": "publish", "_selected_action": [lost.pk, fine.pk]}
    page = words(carls_browser.post(reverse("admin:learning_module_changelist"), sent, follow=True))
    assert "“Lost”: Published, but nobody can see it: the audience is empty." in page
    assert "“Fine”: 1 person can see this." in page


def test_parts_that_were_added_and_left_empty_are_told(carls_browser, lena):
    empty = {"position": 2, "kind": "", "is_required": "on", "title": "", "prompt": "", "choices_text": ""}
    data = module_data(
        audience=[{"person": lena.email}, {"person": ""}], interactions=[interaction("Read", "read"), empty]
    )
    assert "2 added parts were empty, so they are not saved." in words(after_saving(carls_browser, data))
    assert Module.objects.get().interactions.count() == 1


def test_an_interaction_with_something_in_it_is_refused_where_it_stands(carls_browser):
    begun = interaction("", "read", prompt="Read this.")
    response = add(carls_browser, "module", module_data(interactions=[begun]))
    assert response.status_code == 200
    assert "This field is required." in words(response)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("count", [1, 12])
def test_people_are_counted_by_the_same_number_of_queries_however_many(make, count, lena, copenhagen):
    for number in range(count):
        User.objects.create_user(f"p{number}@harbour.example", first_name="P", department=copenhagen)
    item = make("For some", {"department": copenhagen})
    with CaptureQueriesContext(connection) as captured:
        assert people_seeing(item).count() >= count
    # Whether it is open now, its audience, what a module builds on, and the people.
    assert len(data_queries(captured)) == (4 if make is make_module else 3)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_people_are_counted_as_visible_to_says(copenhagen, norreport, aarhus, chance):
    User.objects.all().delete()
    JobProfile.objects.all().delete()
    everybody, profiles = people(list(Department.objects.order_by("path")), chance)
    item = random_item(chance, everybody, [copenhagen, norreport, aarhus], profiles)
    User.objects.filter(pk=everybody[0].pk).update(is_active=False)
    seeing = {
        person.pk
        for person in User.objects.filter(is_active=True)
        if type(item).objects.visible_to(person).filter(pk=item.pk).exists()
    }
    assert set(people_seeing(item).values_list("pk", flat=True)) == seeing


def test_an_inactive_person_is_not_counted(lena):
    module = make_module("For Lena", {"person": lena})
    assert list(people_seeing(module)) == [lena]
    User.objects.filter(pk=lena.pk).update(is_active=False)
    assert not people_seeing(module).exists()
