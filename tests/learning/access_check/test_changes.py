"""What appeared to Lena and what vanished, with who or what changed it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import JobProfile, User
from learning.models import Event, Module
from tests.learning.access_check.test_another_day import ask, made_long_ago
from tests.support.access_check import titles, words
from tests.support.assumed import data_queries, detail, events, sign_in
from tests.support.days import moved_back
from tests.support.import_files import imported, row, rows
from tests.support.learning_factories import add_interaction, make_document, make_event, make_module
from tests.support.page_forms import form_on

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def changed(browser, person, days=14):
    return ask(browser, person, "changes", days=days)


def test_who_took_her_department_out_of_the_audience_is_named(sams_browser, sam, carl, lena, copenhagen, aarhus):
    module = make_module("Tulip", {"department": copenhagen})
    made_long_ago(module)
    carls_browser = Client()
    sign_in(carls_browser, carl)
    address = f"/admin/learning/module/{module.pk}/change/"
    carls_browser.post(address, form_on(carls_browser.get(address)) | {"audience-0-department": aarhus.pk})
    said = words(changed(sams_browser, lena))
    assert "1 change since" in said
    assert f"Lena Sørensen saw it: {carl.name} replaced Copenhagen by Aarhus in its audience." in said
    assert said.count("Vanished") == 1
    assert "Until today, " in said


def test_an_import_that_moved_her_is_named_with_its_file(sams_browser, lena, copenhagen, aarhus):
    User.objects.filter(pk=lena.pk).update(external_id="7", department=copenhagen)
    made_long_ago(
        make_module("For Copenhagen", {"department": copenhagen}), make_module("For Aarhus", {"department": aarhus})
    )
    imported(rows(row("7", place="Harbour Coffee / Aarhus")), "staff.csv")
    said = words(changed(sams_browser, lena))
    assert "2 changes since" in said
    assert "saw it: Lena Sørensen moved from Copenhagen to Aarhus (the import of staff.csv)." in said
    assert "Lena Sørensen has seen it since today, " in said


def test_time_alone_is_a_cause(sams_browser, lena):
    now = timezone.now()
    made_long_ago(
        make_module("Opened", published_from=now - DAY), make_document("Closed", published_until=now - DAY),
        make_event("Over", starts_at=now - 2 * DAY, ends_at=now - DAY),
    )  # fmt: skip
    said = words(changed(sams_browser, lena))
    for cause in ("its publication began", "its publication ended", "it was over"):
        assert cause in said


def test_her_own_work_is_a_cause(sams_browser, lena):
    basics, tulip = make_module("Basics"), make_module("Tulip")
    add_interaction(basics, "Read")
    tulip.prerequisites.add(basics)
    made_long_ago(basics, tulip)
    basics.keep_answers(lena, {basics.interactions.get(): True})
    basics.submit_for(lena)
    said = words(changed(sams_browser, lena))
    assert "Lena Sørensen submitted “Basics”." in said


def test_a_job_profile_an_exclusion_a_prerequisite_and_a_deletion(sams_browser, lena):
    profile = JobProfile.objects.create(name="Baker")
    User.objects.filter(pk=lena.pk).update(job_profile=profile)
    by_job, excluded = make_module("By job", {"job_profile": profile}), make_document("Chart")
    waiting, needed, gone = make_module("Waiting"), make_module("Needed"), make_event("Gone")
    made_long_ago(by_job, excluded, waiting, needed, gone)
    User.objects.filter(pk=lena.pk).update(job_profile=None)
    excluded.exclusions.create(person=lena)
    waiting.prerequisites.add(needed)
    gone.delete()
    said = words(changed(sams_browser, lena))
    assert "the job profile of Lena Sørensen changed from Baker to no job profile (somebody)" in said
    assert "somebody excluded Lena Sørensen from it" in said
    assert "somebody made it build on “Needed”" in said
    assert "Gone" in said


def test_nothing_changed(sams_browser, lena):
    made_long_ago(make_module())
    assert "Nothing appeared to Lena Sørensen and nothing vanished since" in words(changed(sams_browser, lena))


@pytest.mark.parametrize("days", ["0", "367", "x"])
def test_a_number_of_days_that_is_none_is_said(sams_browser, lena, days):
    assert changed(sams_browser, lena, days).status_code == 400


def test_the_title_of_what_vanished_is_the_one_she_read(sams_browser, lena):
    module = make_module("Coffee school")
    made_long_ago(module)
    Module.objects.filter(pk=module.pk).update(is_published=False)
    Module.objects.filter(pk=module.pk).update(title="Closing of the roastery")
    response = changed(sams_browser, lena)
    assert titles(response) == ["Coffee school"]


def test_the_number_of_queries_does_not_depend_on_what_changed(sams_browser, lena):
    modules = [make_module(f"Module {number}") for number in range(12)]
    made_long_ago(*modules, make_event("Night"))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert changed(sams_browser, lena).status_code == 200
        return len(data_queries(captured))

    Module.objects.filter(pk=modules[0].pk).update(is_published=False)
    queries()  # the first request of a session asks more
    one = queries()
    Module.objects.filter(pk__in=[module.pk for module in modules]).update(is_published=False)
    Event.objects.update(is_published=False)
    moved_back(minutes=5)
    assert queries() == one
    assert [detail(event) for event in events("access.checked")] == [{"question": "changes", "days": "14"}] * 3
