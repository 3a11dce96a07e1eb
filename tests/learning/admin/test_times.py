"""The time zone of the times in a form of content: said once, and heard at each of them."""

import re

import pytest
from django.urls import reverse

from accounts.models import User
from learning.models import Event
from tests.support.learning_factories import make_event, make_module
from tests.support.valid_html import in_a_line, what_is_wrong

pytestmark = pytest.mark.django_db
SAID = "All times are in your own time zone: Europe/Copenhagen."


def described(page):
    """Return the fields of times, each with the id of what describes it."""
    fields = [tag for tag in re.findall(r"<input[^>]*>", page) if re.search(r'class="v(Date|Time)Field"', tag)]
    return {
        re.search(r'name="([^"]+)"', tag)[1]: (re.search(r'aria-describedby="([^"]*)"', tag) or [""])[0]
        for tag in fields
    }


@pytest.mark.parametrize(("kind", "times"), [("module", 6), ("event", 12), ("document", 4)])
def test_the_time_zone_is_said_once_and_describes_every_time(carls_browser, kind, times):
    response = carls_browser.get(reverse(f"admin:learning_{kind}_add"))
    page = in_a_line(response)
    assert page.count("your own time zone") == 1
    assert f'<span id="own-time-zone">{SAID}</span>' in page
    found = described(page)
    assert set(found.values()) == {'aria-describedby="own-time-zone"'}
    assert len(found) == times
    assert what_is_wrong(page) == []
    assert "Empty: at once." in page


def test_it_stands_before_the_first_time_of_the_form(carls_browser):
    page = in_a_line(carls_browser.get(reverse("admin:learning_event_add")))
    assert page.index("own-time-zone") < page.index('id="id_starts_at_0"')
    assert page.index("When and where") < page.index("own-time-zone")
    page = in_a_line(carls_browser.get(reverse("admin:learning_module_change", args=[make_module().pk])))
    assert page.index(">Publication<") < page.index("own-time-zone") < page.index('id="id_published_from_0"')


def test_it_is_that_of_the_author_and_still_heard_at_a_field_with_an_error(carls_browser, carl):
    User.objects.filter(pk=carl.pk).update(time_zone="America/New_York")
    address = reverse("admin:learning_event_change", args=[make_event().pk])
    assert "your own time zone: America/New_York." in in_a_line(carls_browser.get(address))
    page = in_a_line(carls_browser.post(address, {"title": "Tasting", "starts_at_0": "no day"}))
    assert "own-time-zone" in described(page)["starts_at_0"]
    assert Event.objects.get().title != "Tasting"
