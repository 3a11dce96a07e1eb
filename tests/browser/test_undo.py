"""The button *Undo* of a message in a real browser: by keyboard, with and without scripts, and narrow."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form
from tests.support.learning_factories import make_event
from tests.support.waiting import guests

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_lena_undoes_by_keyboard_and_the_message_stays_in_the_page(new_context, live_server, lena, has_scripts):
    lena.language = "de"
    lena.save()
    event = make_event("Die Kunst des Milchaufschäumens, für alle, die es noch nicht können")
    tab = new_context(java_script_enabled=has_scripts).new_page()
    complaints = complaints_of(tab)
    sign_in_by_form(tab, live_server.url + reverse("event_list"), lena)
    tab.get_by_role("button", name="Teilnehmen").press("Enter")
    said = tab.get_by_role("status").get_by_text("Sie nehmen an")
    expect(said).to_be_visible()
    if has_scripts:
        assert tab.evaluate("document.activeElement === document.body"), "the message takes no focus"
        for width in (320, 390, 1280):
            tab.set_viewport_size({"width": width, "height": 900})
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
            assert said.bounding_box()["width"] > 150, "the sentence is not squeezed beside the button"
        assert_accessible(tab)
    tab.get_by_role("button", name="Rückgängig machen").press("Enter")
    expect(tab.get_by_role("status").get_by_text("abgesagt")).to_be_visible()
    assert guests(event) == set()
    assert complaints == []
