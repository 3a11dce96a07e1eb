"""Why somebody can't see it: each case of the demo is solved in a browser, and one of them put right."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from demo import learning, users
from learning.models import Answer, Event
from tests.support.browser import LOGIN_AS_USER, assert_accessible, complaints_of, explain, open_menu, sign_in_by_form
from tests.support.learning_factories import food_safety

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def demo(db):
    users.load()
    learning.load()


def person(name):
    return User.objects.get(email=f"{name}@harbour.example")


def desktop(new_context, **options):
    return new_context(viewport={"width": 1280, "height": 860}, **options).new_page()


def check(page, live_server, about, title):
    """From User Management to the answer: search the person, their menu, search the item, choose it."""
    page.goto(f"{live_server.url}/users/?q={about.email}")
    open_menu(page, about)
    page.get_by_role("link", name="Check access").click()
    expect(page.get_by_role("heading", name="Access check")).to_be_visible()
    page.get_by_role("searchbox", name="Search modules, events and documents").fill(title)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("main").get_by_role("link", name=title).first.click()
    return page.get_by_role("main")


def test_each_case_of_the_demo_is_solved_by_the_access_check(new_context, live_server, demo):
    page = desktop(new_context)
    complaints = complaints_of(page)
    sam, lena, max_ = person("sam"), person("lena"), person("max")
    sign_in_by_form(page, f"{live_server.url}/users/", sam)

    answer = check(page, live_server, max_, "Latte art night")
    expect(answer).to_contain_text("Max Kjær doesn't see it.")
    expect(answer).to_contain_text("Its audience is Copenhagen; Max Kjær belongs to Aarhus and works as Barista.")
    assert_accessible(page)

    answer = check(page, live_server, lena, "Food safety basics")
    expect(answer).to_contain_text("It can't be submitted: 2 required steps are open.")
    expect(answer).to_contain_text("When do you change the cloth?")
    assert_accessible(page)

    answer = check(page, live_server, lena, "Holiday opening hours")
    expect(answer).to_contain_text(re.compile(r"It is published from Monday \d+ \w+ \d{4}, 08:00\."))

    answer = check(page, live_server, lena, "Latte art: tulip and swan")
    expect(answer).to_contain_text("First, Lena Sørensen has to submit “Latte art basics”. 4 required steps are open")
    assert complaints == []


def test_carl_puts_right_what_kept_max_from_latte_art_night(new_context, live_server, demo):
    page = desktop(new_context)
    carl, max_ = person("carl"), person("max")
    sign_in_by_form(page, f"{live_server.url}/admin/learning/event/", carl)
    page.get_by_role("link", name="Latte art night").click()
    page.locator("#audience-group").get_by_text("Add people to the audience").click()
    page.locator("#id_audience-1-department").select_option(label="\u2007\u2007Aarhus")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert Event.objects.get(title="Latte art night").audience.count() == 2

    theirs = desktop(new_context)
    sign_in_by_form(theirs, f"{live_server.url}/events/", max_)
    expect(theirs.get_by_role("heading", name="Latte art night")).to_be_visible()


def test_why_it_cannot_be_submitted_is_one_click_from_the_module(new_context, live_server, demo):
    page = desktop(new_context)
    sam, lena = person("sam"), person("lena")
    sign_in_by_form(page, f"{live_server.url}/users/?q=lena", sam)
    open_menu(page, lena)
    page.get_by_role("link", name=LOGIN_AS_USER).click()
    form = page.get_by_role("dialog")
    explain(form)
    form.get_by_role("button", name="Act for Lena").click()
    page.get_by_role("link", name="Food safety basics").first.click()
    page.get_by_role("link", name="Check access").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("It can't be submitted: 2 required steps are open.")
    assert_accessible(page)
    main.get_by_role("link", name="When do you change the cloth?").click()
    expect(page.get_by_role("heading", name="When do you change the cloth?")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_access_check_fits_a_phone_in_light_and_dark_and_without_javascript(new_context, live_server, demo, scheme):
    page = new_context(
        viewport={"width": 390, "height": 800}, color_scheme=scheme, java_script_enabled=scheme == "dark"
    ).new_page()
    sign_in_by_form(page, f"{live_server.url}/users/{person('max').pk}/access/?q=latte", person("sam"))
    expect(page.get_by_role("main")).to_contain_text("nothing was checked and nothing is recorded yet")
    page.get_by_role("button", name="Check now").click()
    page.get_by_role("main").get_by_role("link", name="Latte art night").click()
    expect(page.get_by_role("main")).to_contain_text("Its audience is Copenhagen")
    if scheme == "dark":
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_answers_are_kept_as_they_are_given(new_context, live_server, lena):
    module = food_safety()
    page = desktop(new_context)
    complaints = complaints_of(page)
    sign_in_by_form(page, live_server.url + module.get_absolute_url(), lena)
    saved = page.get_by_text("Your answers are saved.")
    page.get_by_label("I have read this").check()
    expect(saved).to_be_visible()
    # What is given now is not saved yet, and the page says so from the first moment on
    radio = page.get_by_role("radio", name="12 °C")
    status = "document.querySelector('[data-autosave-status]').textContent"
    assert radio.evaluate(f"radio => {{ radio.click(); return {status} }}") == ""
    expect(saved).to_be_visible()
    page.reload()
    expect(page.get_by_label("I have read this")).to_be_checked()
    expect(page.get_by_role("radio", name="12 °C")).to_be_checked()
    assert_accessible(page)
    assert complaints == []


def test_a_save_that_is_overtaken_does_not_say_saved(new_context, live_server, lena):
    module = food_safety()
    page = desktop(new_context)
    sign_in_by_form(page, live_server.url + module.get_absolute_url(), lena)
    words = page.get_by_role("textbox", name="In your own words")
    page.evaluate(
        """() => {
          const status = document.querySelector("[data-autosave-status]");
          window.said = [];
          new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true });
        }"""
    )

    # A second answer arrives while the first one is on its way, and after the server has it
    def overtake(route):
        response = route.fetch()
        if words.input_value() == "A second cloth rack":
            words.fill("A third one")
        route.fulfill(response=response)

    page.route(f"**{reverse('module_save', args=[module.pk])}", overtake)
    words.fill("A second cloth rack")
    expect(page.get_by_text("Your answers are saved.")).to_be_visible()
    assert [answer.value for answer in Answer.objects.all()] == ["A third one"]
    assert page.evaluate("said") == ["Saving…", "Your answers are saved."]


def test_nothing_is_lost_when_the_connection_is(new_context, live_server, lena):
    module = food_safety()
    page = desktop(new_context)
    sign_in_by_form(page, live_server.url + module.get_absolute_url(), lena)
    page.context.set_offline(True)
    page.get_by_role("textbox", name="In your own words").fill("A second cloth rack")
    expect(page.get_by_text("The connection is lost.")).to_be_visible()
    assert not Answer.objects.exists()
    page.context.set_offline(False)
    expect(page.get_by_text("Your answers are saved.")).to_be_visible()
    assert [answer.value for answer in Answer.objects.all()] == ["A second cloth rack"]


def test_submit_keeps_what_it_would_lose_and_jumps_to_what_is_missing(new_context, live_server, lena):
    module = food_safety()
    page = desktop(new_context)
    address = live_server.url + module.get_absolute_url()
    sign_in_by_form(page, address, lena)
    words, submit = page.get_by_role("textbox", name="In your own words"), page.get_by_role("button", name="Submit")
    page.get_by_label("I have read this").check()
    page.context.set_offline(True)
    words.fill("A second cloth rack")
    submit.click()
    expect(page.get_by_text("The connection is lost.")).to_be_visible()
    expect(page).to_have_url(address)
    expect(words).to_have_value("A second cloth rack")
    page.context.set_offline(False)
    expect(page.get_by_text("Your answers are saved.")).to_be_visible()

    words.fill("A third one")
    submit.click()
    expect(page.get_by_role("alert")).to_contain_text("Not submitted yet: 3 required steps are open.")
    first = page.get_by_role("region", name="2. I report illness")
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport()
    expect(first).to_contain_text("Not submitted yet: this required step is open.")
    assert {str(answer.value) for answer in Answer.objects.all()} == {"True", "A third one"}
    page.keyboard.press("Tab")
    expect(page.get_by_label("I confirm this")).to_be_focused()
    assert_accessible(page)
