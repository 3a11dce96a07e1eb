"""What Lena saw on another day, asked by Sam."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from learning.models import Module
from tests.support.access_check import FROM_OUR_PAGE, item_name, titles, words
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.days import moved_back
from tests.support.learning_factories import make_document, make_module

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def ask(browser, person, question="day", **values):
    address = reverse("user_access", args=[person.pk, question])
    return browser.get(address, values, headers=FROM_OUR_PAGE, follow=True)


def on(moment):
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def made_long_ago(*items):
    for item in items:
        type(item).objects.filter(pk=item.pk).update(created_at=timezone.now() - 30 * DAY)
    moved_back(days=20)


def test_a_module_that_was_for_her_department_until_yesterday(sams_browser, carl, lena, copenhagen):
    module = make_module("Tulip", {"department": copenhagen})
    made_long_ago(module)
    module.audience.all().delete()
    moved_back(days=1)
    week, now = timezone.now() - 7 * DAY, timezone.now()
    assert "Lena Sørensen saw it." in words(ask(sams_browser, lena, item=item_name(module), day=on(week)))
    said = words(ask(sams_browser, lena, item=item_name(module), day=on(now)))
    assert "Lena Sørensen didn't see it: not in the audience." in said
    assert "did not exist yet" in words(ask(sams_browser, lena, item=item_name(module), day=on(now - 40 * DAY)))


def test_the_future_is_answered_as_everything_is_set_now(sams_browser, lena):
    module = make_module("Monday", published_from=timezone.now() + DAY)
    said = words(ask(sams_browser, lena, item=item_name(module), day=on(timezone.now() + 2 * DAY)))
    assert "As everything is set now, Lena Sørensen will see it on" in said
    said = words(ask(sams_browser, lena, item=item_name(module), day=on(timezone.now() + DAY / 2)))
    assert "Lena Sørensen won't see it" in said


def test_without_an_item_everything_of_that_day_is_listed(sams_browser, lena):
    module, document = make_module("Tulip"), make_document("Chart")
    made_long_ago(module, document)
    Module.objects.filter(pk=module.pk).update(is_published=False)
    said = words(ask(sams_browser, lena, day=on(timezone.now() - DAY)))
    assert "2 items on" in said
    assert "Tulip" in said
    assert "Tulip" not in words(ask(sams_browser, lena, day=on(timezone.now() + DAY)))


def test_the_question_is_on_record_with_its_day(sams_browser, sam, lena):
    module = make_module("Tulip")
    ask(sams_browser, lena, item=item_name(module), day="2026-11-20T10:00")
    [event] = events("access.checked")
    assert (event.actor_id, event.target_id) == (sam.pk, lena.pk)
    assert detail(event) == {"question": "day", "day": "2026-11-20T10:00", "item": item_name(module)}


@pytest.mark.parametrize("day", ["yesterday", "2026-02-31T10:00", "99999-01-01T00:00"])
def test_a_day_that_is_none_is_said_at_its_field(sams_browser, lena, day):
    response = ask(sams_browser, lena, day=day)
    assert response.status_code == 400
    assert "Enter a valid date/time." in words(response)


def test_the_empty_form_asks_nothing(sams_browser, lena):
    assert "Choose a day to read all that Lena Sørensen saw then" in words(ask(sams_browser, lena))
    assert events("access.checked") == []


def test_the_empty_form_says_what_it_asks_about(sams_browser, lena):
    known, draft = make_module("Tulip"), make_module("Secret", is_published=False)
    assert "whether Lena Sørensen saw “Tulip” then" in words(ask(sams_browser, lena, item=item_name(known)))
    assert "Secret" not in words(ask(sams_browser, lena, item=item_name(draft)))


def test_a_deactivated_account_is_said(sams_browser, lena):
    module = make_module("Tulip")
    made_long_ago(module)
    User.objects.filter(pk=lena.pk).update(is_active=False)
    said = words(ask(sams_browser, lena, item=item_name(module), day=on(timezone.now() + DAY)))
    assert "The account was deactivated then" in said


def test_in_an_assumed_session_it_is_asked_as_well(client, sam, lena):
    module = make_module("Tulip")
    log_in_as(client, sam, lena)
    address = reverse("assumed_session_access", args=["day"])
    asked = {"item": item_name(module), "day": on(timezone.now() + DAY)}
    response = client.get(address, asked, headers=FROM_OUR_PAGE, follow=True)
    assert "Lena Sørensen will see it" in words(response)


def test_a_draft_is_not_named_to_who_may_not_know_of_it(sams_browser, lena):
    draft = make_module("Secret", is_published=False)
    response = ask(sams_browser, lena, item=item_name(draft), day=on(timezone.now()))
    assert response.status_code == 404
    assert titles(response) == []


def test_an_unknown_question_is_not_found(sams_browser, lena):
    assert ask(sams_browser, lena, "tomorrow").status_code == 404
