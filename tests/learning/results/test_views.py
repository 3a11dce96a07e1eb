"""The pages on which support gives another try and more time, each with a reason that the learner reads."""

import html
import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from learning.models import DueDateExtension, EarlierSubmission, Module, ModuleProgress, Status
from tests.learning.test_validity import DAY, NOON, state
from tests.support.access_check import FROM_OUR_PAGE, item_name, why, words
from tests.support.assumed import detail, events, log_in_as, sign_in, text
from tests.support.factories import permission_type
from tests.support.learning_factories import COMPLETE, EVERYONE, food_safety, kept, make_module, submit
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db
REASON = {"reason": "The fire alarm rang"}
LATER = REASON | {"day": "2026-12-04"}


@pytest.fixture
def failed(lena):
    """Return a module with one try, which Lena used up with a wrong answer."""
    module = food_safety()
    Module.objects.filter(pk=module.pk).update(tries=1)
    browser = Client()
    sign_in(browser, lena)
    assert submit(browser, module, **COMPLETE | {"how": "12 °C"}).status_code == 302
    return Module.objects.get(pk=module.pk)


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False):
        yield NOON


@pytest.fixture
def till(noon):
    """Return a module that was due yesterday."""
    return make_module("Closing the till", EVERYONE | {"due_at": noon - DAY})


def reopen(client, person, module, **data):
    return client.post(reverse("result_reopen", args=[person.pk, module.pk]), REASON | data)


def extend(client, person, module, **data):
    return client.post(reverse("due_date_extend", args=[person.pk, module.pk]), LATER | data)


def history(person):
    browser = Client()
    sign_in(browser, person)
    page = html.unescape(browser.get("/account/access-history/").content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(("changes", "is_said"), [({}, True), ({"tries": 3, "pass_mark": 80}, False)])
def test_the_form_says_whether_the_person_could_read_the_right_answers(client, sam, lena, failed, changes, is_said):
    ModuleProgress.objects.update(counts_up_to=50)
    Module.objects.filter(pk=failed.pk).update(**changes)
    sign_in(client, sam)
    page = words(client.get(reverse("result_reopen", args=[lena.pk, failed.pk])))
    assert ("Lena Sørensen can read the right answers now." in page) is is_said
    sign_in(client, lena)
    assert ("The right answer" in words(client.get(failed.get_absolute_url()))) is is_said


def test_the_form_says_nothing_of_answers_if_nothing_has_a_right_one(client, sam, lena):
    module = make_module("Reading only")
    browser = Client()
    sign_in(browser, lena)
    assert submit(browser, module).status_code == 302
    sign_in(client, sam)
    page = words(client.get(reverse("result_reopen", args=[lena.pk, module.pk])))
    assert "try again" in page
    assert "right answers" not in page


def test_sam_lets_lena_try_again_on_record_and_she_is_told(client, sam, lena, failed):
    sign_in(client, sam)
    said = why(client, lena, failed)
    assert "Let them try again…" in said
    address = reverse("result_reopen", args=[lena.pk, failed.pk])
    assert "1 of 2 questions answered right." in words(client.get(address))
    assert "Please write down why." in client.post(address).content.decode()
    assert not EarlierSubmission.objects.exists()
    response = client.post(address, REASON, follow=True)
    assert "Lena Sørensen can try again, and is told so by mail." in words(response)
    earlier, progress = EarlierSubmission.objects.get(), ModuleProgress.objects.get()
    assert (earlier.right_count, earlier.question_count, earlier.tries_used) == (1, 2, 1)
    assert (progress.submitted_at, progress.tries_used, kept(lena)) == (None, 0, {})
    [event] = events("result.reopened")
    assert (event.actor_id, event.target_id, text(event, "reason")) == (sam.pk, lena.pk, {"text": REASON["reason"]})
    assert detail(event) == {
        "module": failed.pk, "title": "Food safety basics", "submitted_at": earlier.submitted_at.isoformat(),
        "right_count": 1, "question_count": 2, "tries_used": 1,
    }  # fmt: skip
    [message] = delivered()
    assert (message.to, message.subject) == ([lena.email], "You can try “Food safety basics” again")
    assert "Sam Okafor opened “Food safety basics” for you again." in message.body
    assert "The reason: The fire alarm rang" in message.body
    assert failed.get_absolute_url() in message.body
    assert "Gave you another try at a module Food safety basics" in history(lena)
    assert "The fire alarm rang" in history(lena)
    assert state(lena, failed).status == Status.DUE_AGAIN
    said = why(client, lena, failed)
    assert "Before it was opened again, it was submitted on" in said
    assert "Let them try again" not in said


def test_a_second_click_opens_nothing_and_says_so(client, sam, lena, failed):
    sign_in(client, sam)
    reopen(client, lena, failed)
    response = reopen(client, lena, failed)
    assert response.status_code == 422
    assert "Lena Sørensen has not submitted it, so it is open for them." in words(response)
    assert (EarlierSubmission.objects.count(), len(events("result.reopened")), len(delivered())) == (1, 1, 1)


def test_what_lena_does_not_see_is_not_opened_for_her(client, sam, lena, failed):
    failed.exclusions.create(person=lena)
    sign_in(client, sam)
    response = reopen(client, lena, failed)
    assert "Lena Sørensen does not see this module, so this would not help." in words(response)
    assert ModuleProgress.objects.get().submitted_at
    assert delivered() == []


def test_sam_gives_lena_more_time_and_takes_it_back(client, sam, lena, max_, till):
    sign_in(client, sam)
    said = why(client, lena, till)
    assert "It is due on Sunday 22 November 2026, 13:00." in said
    assert "Extend the due date for them…" in said
    response = client.post(reverse("due_date_extend", args=[lena.pk, till.pk]), LATER, follow=True)
    assert "Lena Sørensen has a new due date, and is told so by mail." in words(response)
    end = datetime(2026, 12, 4, 22, 59, tzinfo=UTC)
    assert (state(lena, till).due_at, state(max_, till).due_at) == (end, NOON - DAY)
    assert state(lena, till).status == Status.NOT_STARTED
    assert DueDateExtension.objects.get().actor == sam
    said = why(client, lena, till)
    assert "It is due on Friday 4 December 2026, 23:59; this was extended for the person." in said
    assert 'value="2026-12-04"' in client.get(reverse("due_date_extend", args=[lena.pk, till.pk])).content.decode()
    extend(client, lena, till, day="2026-12-18")
    response = client.post(reverse("due_date_extend", args=[lena.pk, till.pk]), LATER | {"day": ""}, follow=True)
    assert "Lena Sørensen has the due date of everybody else again, and is told so by mail." in words(response)
    assert state(lena, till).due_at == NOON - DAY
    assert not DueDateExtension.objects.exists()
    recorded = [detail(event) for event in events("due_date.extended")]
    assert [(each["before"], each["after"]) for each in recorded] == [
        ("2026-11-22", "2026-12-04"), ("2026-12-04", "2026-12-18"), ("2026-12-18", "2026-11-22"),
    ]  # fmt: skip
    first, _second, last = delivered()
    assert first.subject == "You have more time for “Closing the till”"
    assert (
        "Sam Okafor gave you more time for “Closing the till”: it is due on Friday 4 December 2026, 23:59."
        in first.body
    )
    assert "The reason: The fire alarm rang" in first.body
    assert last.subject == "The extension for “Closing the till” was taken back"
    assert "it is due on Sunday 22 November 2026, 13:00 again." in last.body
    assert "Changed the due date of a module for you Closing the till" in history(lena)


def test_the_day_ends_where_the_learner_is(client, sam, lena, till):
    User.objects.filter(pk=lena.pk).update(time_zone="America/New_York")
    sign_in(client, sam)
    extend(client, lena, till)
    assert DueDateExtension.objects.get().due_at == datetime(2026, 12, 5, 4, 59, tzinfo=UTC)


def test_an_extension_outlives_the_account_of_who_gave_it(client, sam, lena, till):
    sign_in(client, sam)
    extend(client, lena, till)
    sam.delete()
    assert DueDateExtension.objects.get().actor is None
    lena.delete()
    assert not DueDateExtension.objects.exists()


def has_submitted(module, person):
    module.submit_for(person)


def has_no_date(module, person):
    module.audience.update(due_at=None)


def is_excluded(module, person):
    module.exclusions.create(person=person)


def nothing(module, person):
    pass


@pytest.mark.parametrize(
    ("spoils", "day", "said"),
    [
        (has_submitted, "2026-12-04", "Lena Sørensen has submitted it, so no due date counts."),
        (has_no_date, "2026-12-04", "This module has no due date for Lena Sørensen."),
        (is_excluded, "2026-12-04", "Lena Sørensen does not see this module"),
        (nothing, "2026-11-22", "Choose a day in the future."),
        (nothing, "", "The due date is not extended. Choose a day."),
        (nothing, "soon", "Enter a valid date."),
    ],
)
def test_an_extension_that_would_not_help_is_refused(client, sam, lena, till, spoils, day, said):
    spoils(till, lena)
    sign_in(client, sam)
    response = extend(client, lena, till, day=day)
    assert (response.status_code, said in words(response)) == (422, True), words(response)
    assert not DueDateExtension.objects.exists()
    assert (events("due_date.extended"), delivered()) == ([], [])


def test_an_extension_is_later_than_the_date_of_everybody_else(client, sam, lena, noon):
    module = make_module("Till", EVERYONE | {"due_at": noon + 20 * DAY})
    sign_in(client, sam)
    assert "Choose a day after the due date of everybody else." in words(extend(client, lena, module))


def test_who_may_and_who_may_not(client, sam, rita, mona, carl, lena, max_, failed, till):
    for person, statuses in (
        (rita, (302, 404)),  # Copenhagen is hers, Aarhus is not
        (mona, (403, 403)),  # sees people alone
        (carl, (404, 404)),  # writes modules, sees nobody
        (lena, (404, 404)),
    ):
        sign_in(client, person)
        for learner, status in zip((lena, max_), statuses, strict=True):
            assert extend(client, learner, till).status_code == status, (person, learner)
            address = reverse("result_reopen", args=[learner.pk, failed.pk])
            assert client.get(address).status_code == (200 if status == 302 else status), (person, learner)
    assert DueDateExtension.objects.count() == 1


def test_the_right_alone_reaches_only_its_departments(client, mona, lena, max_, norreport, till):
    till.audience.update(is_everyone=False, department=norreport)
    mona.groups.add(permission_type("Helps Nørreport", "help_with_results", departments=[norreport]))
    sign_in(client, mona)
    assert [extend(client, learner, till).status_code for learner in (lena, max_)] == [404, 403], "unknown to her"
    mona.groups.add(permission_type("Checks Nørreport", "check_access", departments=[norreport]))
    assert [extend(client, learner, till).status_code for learner in (lena, max_)] == [302, 403]


def test_a_draft_answers_like_no_module_at_all(client, sam, lena, till):
    Module.objects.update(is_published=False)
    sign_in(client, sam)
    for name in ("result_reopen", "due_date_extend"):
        assert client.get(reverse(name, args=[lena.pk, till.pk])).status_code == 404
        assert client.get(reverse(name, args=[lena.pk, 999])).status_code == 404


def test_nobody_helps_themselves_or_somebody_deactivated(client, sam, ina, till):
    sign_in(client, sam)
    response = extend(client, sam, till)
    assert (response.status_code, "This is your own account." in words(response)) == (403, True)
    response = extend(client, ina, till)
    assert (response.status_code, "This account is deactivated." in words(response)) == (403, True)


def test_in_lenas_place_the_pages_are_closed_and_the_check_says_how(client, sam, lena, failed, till):
    log_in_as(client, sam, lena)
    for name in ("result_reopen", "due_date_extend"):
        address = reverse(name, args=[lena.pk, failed.pk])
        assert (client.get(address).status_code, client.post(address, LATER).status_code) == (403, 403)
    address = reverse("assumed_session_access")
    said = [
        words(client.get(address, {"item": item_name(module)}, headers=FROM_OUR_PAGE, follow=True))
        for module in (failed, till)
    ]
    assert "You may let them try again: exit the assumed session, then check access from User Management." in said[0]
    assert "You may extend the due date for them: exit the assumed session" in said[1]
    assert "…" not in said[0]
    assert (EarlierSubmission.objects.count(), DueDateExtension.objects.count()) == (0, 0)


def test_who_may_not_help_finds_no_link(client, mona, lena, failed):
    mona.groups.add(permission_type("Checks", "check_access"))
    sign_in(client, mona)
    said = why(client, lena, failed)
    assert "1 of 2 questions answered right." in said
    assert "try again" not in said
