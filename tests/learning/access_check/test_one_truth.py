"""The answer agrees with what the person meets in their own browser, from the list to the download."""

import random
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Department, JobProfile, User
from learning.models import Document, Event, Module
from tests.support.access_check import ask, item_name, why
from tests.support.assumed import sign_in
from tests.support.learning_factories import Kind, add_interaction, make_document, make_event, make_module, submit
from tests.support.random_learning import people, random_item

pytestmark = pytest.mark.django_db
LISTS = {Module: ("module_list", "Modules"), Event: ("event_list", "Events"), Document: ("document_list", "Documents")}


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def page_with(browser, item):
    """Return the number of the page of the person's own list on which the item stands; None if on none."""
    address = reverse(LISTS[type(item)][0])
    for number in range(1, 10):
        page = unescape(browser.get(address, {"page": number}).content.decode())
        coming = page.partition('id="past')[0]
        if re.search(rf">\s*{re.escape(item.title)}\s*<", coming):
            return number
        if 'rel="next"' not in page:
            return None
    return None


def opens(browser, item):
    """Return whether the item's own page, or its file, opens."""
    if isinstance(item, Event):
        return page_with(browser, item) is not None
    response = browser.get(item.get_absolute_url())
    response.getvalue()  # a download closes its file at the end
    return response.status_code == 200


@pytest.mark.parametrize("seed", range(4))
def test_what_the_answer_says_is_what_the_person_meets(sams_browser, company, copenhagen, norreport, aarhus, seed):
    chance = random.Random(seed)
    departments = list(Department.objects.order_by("path"))
    everybody, profiles = people(departments, chance)
    for number in range(27):
        make_module(f"Always there {number}")
    items = []
    for number in range(8):
        item = random_item(chance, everybody, departments, profiles)
        type(item).objects.filter(pk=item.pk).update(title=f"Random {number}", is_published=True)
        items.append(type(item).objects.get(pk=item.pk))
    person, own = User.objects.get(pk=chance.choice(everybody).pk), Client()
    sign_in(own, person)
    for item in items:
        said = why(sams_browser, person, item)
        place = page_with(own, item)
        assert ("Visible" in said.split(item.title, 1)[1][:20]) == (place is not None) == opens(own, item)
        named = LISTS[type(item)][1]
        assert (f"It is under {named}, on page {place}" in said) == (place is not None)


def test_a_second_page_is_named(sams_browser, lena):
    for number in range(30):
        make_module(f"Module {number:02}")
        make_event(f"Event {number:02}")
        make_document(f"Document {number:02}")
    own = Client()
    sign_in(own, lena)
    for model in LISTS:
        for item in model.objects.all()[::9]:
            said = why(sams_browser, lena, item)
            assert f"It is under {LISTS[model][1]}, on page {page_with(own, item)}" in said


def test_what_the_answer_says_of_submitting_is_what_the_button_does(sams_browser, lena):
    JobProfile.objects.create(name="Barista")
    module = make_module("Tulip")
    first, second = (add_interaction(module, title, Kind.ACKNOWLEDGE) for title in ("Hands", "Cloth"))
    own = Client()
    sign_in(own, lena)
    assert "can't submit it yet: 2 required steps are open: Hands, Cloth." in why(sams_browser, lena, module)
    assert submit(own, module, hands="on").status_code == 422
    assert "can't submit it yet: 1 required step is open: Cloth." in why(sams_browser, lena, module)
    for step in (first, second):
        step.answer_for(lena, "on")
    assert "Nothing stands in the way" in why(sams_browser, lena, module)
    submit(own, module, hands="on", cloth="on")
    assert "Lena Sørensen submitted it on" in why(sams_browser, lena, module)


def test_nothing_is_said_of_submitting_what_is_hidden(sams_browser, lena, aarhus):
    module = make_module("For Aarhus", {"department": aarhus})
    add_interaction(module, "Hands", Kind.ACKNOWLEDGE)
    said = ask(sams_browser, lena, item=item_name(module)).content.decode()
    assert "Submission" not in said
    assert "Hands" not in said
