"""Whole forms of an old page: what somebody else saved after it was opened stays, or is said before it is replaced."""

import html
import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation
from learning.models import Module
from tests.learning.test_admin import event_data, interaction, module_data, rows
from tests.support.assumed import events, sign_in
from tests.support.factories import permission_type
from tests.support.learning_factories import Kind, add_interaction, make_document, make_event, make_module
from tests.support.permission_setup import asked, settings_data

pytestmark = pytest.mark.django_db


def made_from(response):
    """Return what the page was made from."""
    assert response.status_code < 500
    return re.search(r'name="seen" value="([^"]*)"', response.content.decode())[1]


@pytest.fixture
def owners_browser(client, owner):
    sign_in(client, owner)
    return client


def test_an_old_page_of_permission_types_takes_nothing_that_was_given_meanwhile(owners_browser, lena):
    support, manager = permission_type("Support", "see_people"), permission_type("Manager", "see_people")
    lena.groups.add(support)
    address = reverse("user_permission_types", args=[lena.pk])
    old = made_from(owners_browser.get(address))
    lena.groups.add(manager)
    owners_browser.post(address, {"types": [support.pk], "seen": old})
    assert set(lena.groups.all()) == {support, manager}
    assert events("permission_type.assigned") == []
    # What was changed on the old page is done, and nothing else
    owners_browser.post(address, {"types": [], "seen": old})
    assert set(lena.groups.all()) == {manager}


def test_an_old_page_of_permission_types_gives_nothing_back_that_was_taken_meanwhile(owners_browser, lena):
    support, manager = permission_type("Support", "see_people"), permission_type("Manager", "see_people")
    lena.groups.add(support)
    address = reverse("user_permission_types", args=[lena.pk])
    old = made_from(owners_browser.get(address))
    lena.groups.clear()
    owners_browser.post(address, {"types": [support.pk, manager.pk], "seen": old})
    assert set(lena.groups.all()) == {manager}


def test_an_old_page_of_settings_does_not_switch_login_as_user_on_again(owners_browser):
    address = reverse("organisation_settings")
    old = made_from(owners_browser.get(address))
    owners_browser.post(address, settings_data(login_as_enabled=False))
    assert not Organisation.current().login_as_enabled
    response = owners_browser.post(address, settings_data(login_as_enabled=True, idle_minutes=7, seen=old))
    assert response.status_code == 409
    said = response.content.decode()
    assert "Somebody else changed the settings meanwhile." in said
    assert said.count("By now it is") == 2
    assert "By now it is “no”." in said
    assert "By now it is “15”." in said
    assert 'value="7"' in said
    assert not Organisation.current().login_as_enabled
    # Read, and saved once more, it is stored
    data = settings_data(login_as_enabled=True, idle_minutes=7, seen=made_from(response))
    assert owners_browser.post(address, data).status_code == 302
    assert Organisation.current().stored_rules() == Organisation(idle_minutes=7).stored_rules()


def test_an_old_editor_of_a_permission_type_says_so_before_the_preview(owners_browser):
    support = permission_type("Support", "see_people")
    address = reverse("permission_type_edit", args=[support.pk])
    old = made_from(owners_browser.get(address))
    Group.objects.filter(pk=support.pk).update(name="Helpers")
    response = owners_browser.post(address, asked("preview", "people_see", name="Support", seen=old))
    assert response.status_code == 409
    assert "Somebody else changed this permission type" in response.content.decode()
    again = owners_browser.post(address, asked("preview", "people_see", name="Support", seen=made_from(response)))
    assert "“Helpers” will be called “Support”." in again.content.decode()


@pytest.fixture
def carls_browser(client, carl):
    sign_in(client, carl)
    return client


def kept_rows(item):
    return rows("audience", {"is_everyone": "on", "id": item.audience.get().pk, "item": item.pk}, initial=1)


def rename(item, title):
    type(item).objects.filter(pk=item.pk).update(title=title)


def exclude(item, person):
    item.exclusions.create(person=person)


@pytest.mark.parametrize("kind", ["module", "event", "document"])
@pytest.mark.parametrize("change", ["title", "exclusion"])
def test_an_old_page_of_the_administration_saves_over_nothing(carls_browser, lena, kind, change):
    item = {"module": make_module, "event": make_event, "document": make_document}[kind]()
    address = reverse(f"admin:learning_{kind}_change", args=[item.pk])
    old = made_from(carls_browser.get(address))
    item.exclusions.create(person=lena) if change == "exclusion" else rename(item, "Saved by somebody else")
    data = (event_data(title="Mine") if kind == "event" else module_data("Mine")) | kept_rows(item)
    response = carls_browser.post(address, data | {"seen": old})
    assert response.status_code == 200
    said = html.unescape(response.content.decode())
    assert "Somebody else changed this meanwhile, or a part of it." in said
    item.refresh_from_db()
    assert f"By now it is “{item.title}”." in said
    assert item.title != "Mine"
    assert 'value="Mine"' in said
    # Read, and saved once more, it is stored
    assert carls_browser.post(address, data | {"seen": made_from(response)}).status_code == 302
    item.refresh_from_db()
    assert item.title == "Mine"


def test_a_question_that_somebody_else_reworded_is_not_put_back_by_an_old_page(carls_browser):
    module = make_module()
    question = add_interaction(module, "How cold?", Kind.SINGLE_CHOICE, choices=["*5 °C", "12 °C"])
    address = reverse("admin:learning_module_change", args=[module.pk])
    old = made_from(carls_browser.get(address))
    question.choices.filter(text="12 °C").update(text="13 °C")
    step = interaction("How cold?", choices="* 5 °C\n12 °C", id=question.pk, module=module.pk)
    data = module_data("Mine", interactions=[step], initial=1) | kept_rows(module) | {"seen": old}
    assert carls_browser.post(address, data).status_code == 200
    assert [choice.text for choice in question.choices.all()] == ["5 °C", "13 °C"]


def test_two_saves_of_the_same_page_do_not_stand_in_each_others_way(carls_browser):
    """Nothing but the item decides: the last one to save opened the page after that."""
    module = make_module()
    address = reverse("admin:learning_module_change", args=[module.pk])
    for title in ("First", "Second"):
        data = module_data(title) | kept_rows(module) | {"seen": made_from(carls_browser.get(address))}
        assert carls_browser.post(address, data).status_code == 302
    assert Module.objects.get().title == "Second"


def test_who_may_only_look_is_given_nothing_to_save(client, audrey):
    module = make_module()
    audrey.groups.add(permission_type("Reader of modules", "view_module"))
    browser = Client()
    sign_in(browser, audrey)
    page = browser.get(reverse("admin:learning_module_change", args=[module.pk])).content.decode()
    assert 'name="seen"' not in page
