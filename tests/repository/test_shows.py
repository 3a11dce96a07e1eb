"""Every page that an assumed session can look at says what it shows, so that the look is recorded with its title."""

import pytest

from accounts.authorization.decorators import PAGES, closed_for_reading, is_public_page
from tests.support.url_configuration import methods, patterns, views_with

pytestmark = pytest.mark.once  # no database has a say in it
# Pages that show nothing of the person whose account is open: a look at them is not recorded.
NOTHING_PERSONAL = {
    "assumed_session", "help_index", "help_page", "help_login_as", "login_as_from_ticket", "login_as_policy",
}  # fmt: skip


def pages():
    """Yield each view that a safe request in an assumed session reaches, as (URL name, view)."""
    for name, _route, pattern in patterns():
        view = pattern.callback
        if "GET" not in (methods(view) or {"GET"}) or is_public_page(view) or closed_for_reading(view):
            continue
        if not (getattr(view, "always_open", False) or getattr(view, "records_on_get", False)):
            yield name, view


def test_every_page_that_is_open_for_reading_names_what_it_shows():
    found = dict(pages())
    assert len(found) > 20
    assert {name for name, view in found.items() if not hasattr(view, "shown")} == set(), "give it @shows(…)"


def test_few_pages_show_nothing_of_the_person():
    assert {name for name, view in pages() if view.shown is None} == NOTHING_PERSONAL


def test_events_name_a_page_as_its_view_is_called():
    """The access history finds the label of a page by the name of its address in the event."""
    assert {name: view.__name__ for name, view in pages() if name != view.__name__} == {}
    assert {name: view.shown.label for name, view in pages() if view.shown and PAGES[name] != view.shown.label} == {}


def test_a_page_of_one_object_names_its_object():
    """The object is found by the arguments of the address."""
    with_arguments = {name for name, route, _pattern in patterns() if "<" in route}
    unnamed = {name for name, view in pages() if name in with_arguments and view.shown and view.shown.find is None}
    assert unnamed == set()
    assert views_with("shown") >= {"module_detail", "document_file", "dashboard"}
