"""The administration's page that asks before items are deleted: what goes with them, or why they stay."""

import pytest
from django.urls import reverse

from learning.models import Event, Module, ModuleProgress, Registration
from tests.support.access_check import words
from tests.support.assumed import sign_in
from tests.support.learning_factories import make_event, make_module

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client, carl):
    sign_in(client, carl)
    return client


def test_an_event_is_asked_about_with_what_goes_with_it(author, lena):
    event = make_event("Latte art night")
    Registration.objects.create(event=event, user=lena)
    address = reverse("admin:learning_event_delete", args=[event.pk])
    page = author.get(address)
    assert "Delete “Latte art night”? This is deleted, and can't be undone:" in words(page)
    assert "Registrations: 1" in words(page)
    assert '<button class="button" data-kind="danger">Delete</button>' in page.content.decode()
    assert f'<a href="{reverse("admin:learning_event_change", args=[event.pk])}">Cancel</a>' in page.content.decode()
    author.post(address, {"post": "yes"})
    assert not Event.objects.exists()


def test_a_module_that_was_begun_has_a_reason_and_no_button(author, lena):
    module = make_module("Food safety")
    ModuleProgress.objects.create(module=module, user=lena)
    page = author.get(reverse("admin:learning_module_delete", args=[module.pk]))
    assert "It can't be deleted yet: “Food safety”: 1 person has begun it. Make it a draft again instead." in words(
        page
    )
    assert "danger" not in page.content.decode().partition("<main")[2]


def test_several_are_asked_about_by_name_and_deleted_together(author):
    modules = [make_module("One"), make_module("Two")]
    address = reverse("admin:learning_module_changelist")
    chosen = {"action": "delete_selected", "_selected_action": [module.pk for module in modules]}
    page = author.post(address, chosen)
    assert "Delete 2 items? One Two This is deleted, and can't be undone: Modules: 2" in words(page)
    for module in modules:
        assert f'name="_selected_action" value="{module.pk}"' in page.content.decode()
    author.post(address, chosen | {"post": "yes"})
    assert not Module.objects.exists()
