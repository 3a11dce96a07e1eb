"""The bar of an assumed session: low, whatever the window, says the mode, and is never over what has the focus."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.support.browser import assert_accessible, complaints_of, explain, sign_in_by_form

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
ONE_LINE = 56  # pixels
COVERED = """() => {
  const bar = document.getElementById("assumed-session");
  const here = document.activeElement;
  if (here === document.body) return "end";
  if (bar.contains(here) || here.matches(".skip")) return "";
  const line = bar.getBoundingClientRect(), box = here.getBoundingClientRect();
  return box.top < line.bottom - 1 ? here.outerHTML.slice(0, 200) : "";
}"""


def begin(new_context, live_server, sam, lena, *, width, height=720, button="Act for Lena", **options):
    page = new_context(viewport={"width": width, "height": height}, **options).new_page()
    sign_in_by_form(page, f"{live_server.url}/users/{lena.pk}/login-as/", sam)
    explain(page)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    page.wait_for_load_state("load")
    return page, page.get_by_role("region", name="Assumed session")


@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_with_room_everything_stands_in_one_line(new_context, live_server, sam, lena, width):
    page, bar = begin(new_context, live_server, sam, lena, width=width)
    complaints = complaints_of(page)
    assert bar.bounding_box()["height"] <= ONE_LINE
    expect(bar).to_contain_text("Sam Okafor · 15 min left")
    parts = [
        bar.get_by_text("Changes are real."),
        bar.get_by_role("link", name="Reason and ticket"),
        bar.get_by_role("link", name="Check access"),
        bar.get_by_role("button", name="Keep open"),
        bar.get_by_role("button", name="Look only"),
        bar.get_by_role("button", name="Exit assumed session"),
    ]
    for part in parts:
        expect(part).to_be_in_viewport(ratio=1)
    expect(bar.get_by_text("More", exact=True)).to_be_hidden()
    page.reload()
    assert complaints == []


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 640), (640, 360)])
def test_without_room_two_short_lines_unfold(new_context, live_server, sam, lena, width, height):
    page, bar = begin(new_context, live_server, sam, lena, width=width, height=height)
    assert bar.bounding_box()["height"] <= ONE_LINE
    expect(bar.get_by_text("As Lena · 15 min")).to_be_visible()
    expect(bar.get_by_text("Changes are real", exact=True)).to_be_visible()
    expect(bar.get_by_role("link", name="Reason and ticket")).to_be_hidden()
    expect(bar.get_by_role("button", name="Exit assumed session")).to_be_in_viewport(ratio=1)
    bar.get_by_text("More", exact=True).click()
    expect(bar.get_by_role("button", name="Keep open")).to_be_in_viewport(ratio=1)
    assert bar.bounding_box()["height"] <= ONE_LINE
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(page)
    bar.get_by_role("link", name="Reason and ticket").click()
    expect(page.get_by_role("main")).to_contain_text("Lena can't submit Food safety basics")
    expect(page.get_by_role("main")).to_contain_text("SUP-7")


def test_the_tab_says_whose_account_it_is(new_context, live_server, sam, lena):
    page, bar = begin(new_context, live_server, sam, lena, width=1280)
    assert page.title().startswith("▲ Lena Sørensen · Dashboard")
    icon = page.locator("link[rel=icon]")
    assert "assumed" in icon.get_attribute("href")
    bar.get_by_role("button", name="Exit assumed session").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "▲" not in page.title()
    assert "assumed" not in icon.get_attribute("href")


def test_the_start_is_told_once(new_context, live_server, sam, lena):
    page, bar = begin(new_context, live_server, sam, lena, width=1280)
    heading = page.get_by_role("heading", name="Hello, Lena")
    expect(heading).to_be_focused()
    expect(heading).to_have_attribute("aria-describedby", "assumed-session-said")
    expect(bar.get_by_role("alert")).to_have_count(0)
    page.reload()
    expect(heading).not_to_be_focused()
    page.goto(f"{live_server.url}/modules/")
    expect(page.get_by_role("heading", name="Modules", exact=True)).not_to_be_focused()


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_nothing_with_the_focus_is_under_the_bar(new_context, live_server, sam, lena, catalogue, width):
    page, _bar = begin(new_context, live_server, sam, lena, width=width, height=640)
    page.goto(f"{live_server.url}/modules/{catalogue.pk}/")
    assert walk(page, "Tab") > 8
    assert walk(page, "Shift+Tab") > 8


def walk(page, key):
    """Press a key until the focus leaves the page; return how many elements had the focus."""
    for number in range(80):
        page.keyboard.press(key)
        covered = page.evaluate(COVERED)
        if covered == "end":
            return number
        assert covered == "", f"under the bar: {covered}"
    raise AssertionError("The focus never left the page.")


def test_look_only_is_one_click_from_the_reason_for_acting(new_context, live_server, sam, lena):
    page, bar = begin(new_context, live_server, sam, lena, width=1280, button="Look only")
    expect(bar).to_contain_text("account. Look only.")
    bar.get_by_role("link", name="Act …").click()
    expect(page.get_by_label("Why do you have to change something?")).to_have_value(
        "Lena can't submit Food safety basics"
    )
    page.get_by_role("main").get_by_role("button", name="Act for Lena").click()
    expect(bar).to_contain_text("Changes are real.")
    bar.get_by_role("button", name="Look only").click()
    expect(bar).to_contain_text("account. Look only.")


# Half of 390 pixels: the zoom of 200 %.
@pytest.mark.parametrize(("width", "most"), [(390, ONE_LINE), (320, ONE_LINE), (195, 2 * ONE_LINE)])
def test_a_phone_says_the_mode(new_context, live_server, sam, lena, width, most):
    page, bar = begin(new_context, live_server, sam, lena, width=width, height=640, button="Look only")
    said = bar.locator(".assumed-bar-short")
    expect(said.get_by_text("Look only")).to_be_in_viewport(ratio=1)
    page.goto(f"{live_server.url}/assumed-session/mode/")
    page.get_by_role("main").get_by_role("button", name="Act for Lena").click()
    expect(said.get_by_text("Changes are real")).to_be_in_viewport(ratio=1)
    expect(bar.get_by_role("button", name="Exit assumed session")).to_be_in_viewport(ratio=1)
    assert bar.bounding_box()["height"] <= most
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


LOOK = """bar => {
  const {backgroundColor, borderBottomStyle} = getComputedStyle(bar);
  return [backgroundColor, borderBottomStyle, bar.querySelector("svg").innerHTML.trim()];
}"""


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=str)
def test_the_modes_differ_by_more_than_words(new_context, live_server, sam, lena, options):
    page, bar = begin(new_context, live_server, sam, lena, width=1280, button="Look only", **options)
    if not options:
        assert_accessible(page)  # in light and dark
    looking = bar.evaluate(LOOK)
    page.goto(f"{live_server.url}/assumed-session/mode/")
    page.get_by_role("main").get_by_role("button", name="Act for Lena").click()
    expect(bar).to_contain_text("Changes are real.")
    same = [one for one, other in zip(looking, bar.evaluate(LOOK), strict=True) if one == other]
    assert len(same) == (1 if "forced_colors" in options else 0)  # a colour of the person's own choice


@pytest.mark.parametrize(("language", "short"), [("de", "Änderungen echt"), ("da", "Ægte ændringer")])
def test_longer_words_take_two_lines_at_most(new_context, live_server, sam, lena, language, short):
    page, _bar = begin(new_context, live_server, sam, lena, width=1280)
    User.objects.filter(pk=sam.pk).update(language=language)
    page.reload()
    bar = page.locator("#assumed-session")  # its name is translated
    expect(bar).to_have_attribute("lang", language)
    assert bar.bounding_box()["height"] <= ONE_LINE
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 640})
        expect(bar.get_by_text(short)).to_be_in_viewport(ratio=1)
        assert bar.bounding_box()["height"] <= (ONE_LINE if width == 390 else 2 * ONE_LINE)
