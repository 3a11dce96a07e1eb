"""The first ten minutes: somebody opens the demo and follows its tour; an owner gives the platform a name and look."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from tests.support.browser import assert_accessible, complaints_of, sign_in_by_form
from tests.support.first_minutes import first_minutes
from tests.support.pictures import png

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
NARROWEST = {"width": 320, "height": 640}


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_stranger_walks_through_the_tour_by_what_the_pages_say(new_context, live_server, settings, db):
    settings.DEMO = True
    call_command("seed_demo", stdout=io.StringIO())
    page = new_context(viewport={"width": 1280, "height": 800}).new_page()
    complaints = complaints_of(page)
    for step in first_minutes(page, live_server.url):
        assert_accessible(page)
        if step == "see what Lena sees":
            submit = page.get_by_role("button", name="Submit", exact=True).bounding_box()
            tour = page.get_by_role("complementary", name="Tour of the demo").bounding_box()
            assert submit["y"] + submit["height"] <= tour["y"]
        if step != "find Lena and open the dialog":  # the entry is not offered on a phone
            page.set_viewport_size(NARROWEST)
            assert fits(page), step
            page.set_viewport_size({"width": 1280, "height": 800})
    assert step == "verify the log"
    assert complaints == []


def test_an_owner_gives_the_platform_a_name_a_logo_and_a_colour(page, live_server, settings, tmp_path, owner):
    settings.MEDIA_ROOT = tmp_path
    complaints = complaints_of(page)
    sign_in_by_form(page, live_server.url + reverse("account_login") + f"?next={reverse('brand_settings')}", owner)
    page.get_by_label("Name of the company").fill("Harbour Coffee")
    page.get_by_label("Logo", exact=True).set_input_files({"name": "l.png", "mimeType": "image/png", "buffer": png()})
    page.get_by_label("Colour").fill("#FFFF00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("#ffff00 is too light to be read on white.")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Logo", exact=True).set_input_files({"name": "l.png", "mimeType": "image/png", "buffer": png()})
    page.get_by_label("Colour").fill("#1D4F91")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The brand was saved. Everybody sees it from their next page on.")).to_be_visible()
    assert_accessible(page)
    expect(page).to_have_title("Name and look · Harbour Coffee")
    assert page.locator(".brand img").evaluate("picture => picture.naturalWidth") == 64
    page.emulate_media(color_scheme="light")
    expect(page.get_by_role("button", name="Save")).to_have_css("background-color", "rgb(29, 79, 145)")
    page.set_viewport_size(NARROWEST)
    assert fits(page)
    assert complaints == []


def test_headings_have_the_font_that_is_shipped(page, live_server):
    page.goto(live_server.url)
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('600 28px \"Source Serif 4\"')")
    assert page.evaluate("[...document.fonts].filter((font) => font.status === 'loaded').length") == 1
