"""An item is found by a title that it had before, as far as who asks may have known that title."""

import pytest

from learning.models import Event, Module
from tests.support.access_check import ask, titles, why
from tests.support.assumed import sign_in
from tests.support.days import moved_back
from tests.support.factories import permission_type
from tests.support.learning_factories import make_event, make_module

pytestmark = pytest.mark.django_db


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def rename(item, title):
    type(item).objects.filter(pk=item.pk).update(title=title)
    moved_back(minutes=1)


def test_coffee_school_is_found_as_barista_basics(sams_browser, lena):
    module = make_module("Coffee school")
    rename(module, "Barista basics")
    make_module("Coffee of the day")
    assert titles(ask(sams_browser, lena, q="coffee school")) == ["Barista basics"]
    assert titles(ask(sams_browser, lena, q="COFFEE")) == ["Barista basics", "Coffee of the day"]
    assert titles(ask(sams_browser, lena, q="barista")) == ["Barista basics"]
    assert titles(ask(sams_browser, lena, q="school tulip")) == []
    assert "Formerly “Coffee school”" in why(sams_browser, lena, module)


def test_the_title_of_a_draft_stays_with_its_writers(client, sams_browser, carl, lena):
    event = make_event("Closing of the roastery", is_published=False)
    rename(event, "Autumn party")
    Event.objects.filter(pk=event.pk).update(is_published=True)
    moved_back(minutes=1)
    assert titles(ask(sams_browser, lena, q="roastery")) == []
    assert "Formerly" not in why(sams_browser, lena, event)
    carl.groups.add(permission_type("Checks", "see_people", "check_access"))
    sign_in(client, carl)
    assert titles(ask(client, lena, q="roastery")) == ["Autumn party"]


def test_the_title_of_a_draft_that_is_renamed_and_published_in_one_save_stays_secret(sams_browser, lena):
    event = make_event("Closing of the roastery", is_published=False)
    event.title, event.is_published = "Autumn party", True
    event.save()
    moved_back(minutes=1)
    assert titles(ask(sams_browser, lena, q="roastery")) == []
    assert "Formerly" not in why(sams_browser, lena, event)


def test_the_title_of_what_is_renamed_and_withdrawn_in_one_save_was_public(sams_browser, sam, lena):
    event = make_event("Summer party")
    event.title, event.is_published = "Autumn party", False
    event.save()
    Event.objects.filter(pk=event.pk).update(is_published=True)
    assert titles(ask(sams_browser, lena, q="summer")) == ["Autumn party"]


def test_a_title_from_before_the_history_began_counts_by_what_is_known_since(sams_browser, lena):
    from accounts.models import FieldChange

    module, other = make_module("Old name"), make_module("Old draft")
    FieldChange.objects.all().delete()
    rename(module, "New name")
    rename(other, "New too")
    Module.objects.filter(pk=other.pk).update(is_published=False)
    Module.objects.filter(pk=other.pk).update(is_published=True)
    assert titles(ask(sams_browser, lena, q="old")) == ["New name", "New too"]
