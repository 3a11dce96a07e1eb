"""Each act of a content creator is on record, with what it changed of each item before and after."""

import pytest
from django.urls import reverse

from accounts.models import FieldChange
from learning.models import Module
from tests.support.assumed import detail, events
from tests.support.learning_factories import Kind, add_interaction, make_document, make_event, make_module
from tests.support.page_forms import form_on

pytestmark = pytest.mark.django_db


def change(browser, item, **fields):
    address = reverse(f"admin:learning_{item._meta.model_name}_change", args=[item.pk])
    answer = browser.post(address, form_on(browser.get(address)) | fields)
    assert answer.status_code == 302


def told(kind="content.changed"):
    return [detail(event) for event in events(kind)]


def test_a_change_on_the_form_is_one_event_with_before_and_after(carls_browser, carl, lena, copenhagen, aarhus):
    needed, module = make_module("Basics"), make_module("Coffee school", {"department": copenhagen})
    change(
        carls_browser, module,
        **{
            "title": "Barista basics", "prerequisites": [needed.pk],
            "audience-0-department": aarhus.pk,
            "exclusions-TOTAL_FORMS": 1, "exclusions-0-person": lena.email,
        },
    )  # fmt: skip
    [event] = events("content.changed")
    assert event.actor_id == carl.pk
    assert detail(event) == {
        "item": f"module-{module.pk}",
        "title": "Barista basics",
        "before": {"title": "Coffee school", "prerequisites": [], "audience": ["Copenhagen"], "exclusions": []},
        "after": {
            "title": "Barista basics", "prerequisites": ["Basics"], "audience": ["Aarhus"],
            "exclusions": [f"person-{lena.pk}"],
        },
    }  # fmt: skip


def test_saving_without_a_change_records_nothing(carls_browser):
    change(carls_browser, make_document("Chart"))
    assert told() == []


def test_each_item_of_an_action_has_its_event(carls_browser):
    modules = [make_module(title, is_published=False) for title in ("One", "Two")]
    make_module("Published before")
    address = reverse("admin:learning_module_changelist")
    carls_browser.post(
        address, {"action": "publish", "_selected_action": list(Module.objects.values_list("pk", flat=True))}
    )
    assert {each["item"]: (each["before"], each["after"]) for each in told()} == {
        f"module-{module.pk}": ({"is_published": None}, {"is_published": "yes"}) for module in modules
    }
    assert set(FieldChange.objects.filter(field="is_published", before=None).values_list("number", flat=True)) >= {
        module.pk for module in modules
    }


def test_what_is_created_and_deleted_is_told_with_its_title(carls_browser):
    event = make_event("Latte art night")
    page = carls_browser.get(reverse("admin:learning_module_add"))
    sent = form_on(page) | {"title": "New one", "audience-TOTAL_FORMS": 1, "audience-0-is_everyone": "on"}
    assert carls_browser.post(reverse("admin:learning_module_add"), sent).status_code == 302
    [created] = told("content.created")
    assert (created["title"], created["after"]["audience"]) == ("New one", ["everyone"])
    carls_browser.post(reverse("admin:learning_event_delete", args=[event.pk]), {"post": "yes"})
    [deleted] = told("content.deleted")
    assert (deleted["title"], deleted["before"]["audience"]) == ("Latte art night", ["everyone"])


def test_a_changed_step_is_told(carls_browser):
    module = make_module()
    step = add_interaction(module, "Clean hands", Kind.READ)
    change(carls_browser, module, **{"interactions-0-title": "Wash hands"})
    [said] = told()
    assert said["before"] == {"steps": [f"{step.pk} required Clean hands"]}
    assert said["after"] == {"steps": [f"{step.pk} required Wash hands"]}


def test_a_form_that_is_refused_records_nothing(carls_browser):
    module = make_module()
    address = reverse("admin:learning_module_change", args=[module.pk])
    sent = form_on(carls_browser.get(address)) | {"title": ""}
    assert carls_browser.post(address, sent).status_code == 200
    assert told() == []
