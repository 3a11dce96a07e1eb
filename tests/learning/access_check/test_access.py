"""The access check: what somebody sees or not and why, who may ask, and that each question is on record."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import JobProfile, User
from learning.models import Module
from learning.visibility.audience import explain
from tests.support.access_check import ask, titles, why, words
from tests.support.assumed import sign_in
from tests.support.factories import permission_type
from tests.support.learning_factories import food_safety, make_document, make_event, make_module

HOUR = timedelta(hours=1)


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def test_sam_reads_why_max_does_not_find_latte_art_night(sams_browser, max_, copenhagen):
    event = make_event("Latte art night", {"department": copenhagen})
    found = ask(sams_browser, max_, q="latte")
    assert titles(found) == ["Latte art night"]
    assert "Hidden: not in the audience" in words(found)
    said = why(sams_browser, max_, event)
    assert "Max Kjær doesn't see it." in said
    assert "Its audience is Copenhagen; Max Kjær belongs to Aarhus." in said
    assert "Adding Aarhus or Max Kjær to the audience would show it. " in said
    assert "Or the department or job profile of Max Kjær is wrong." in said
    assert said.count("Failed:") == 1
    assert "Passed: It is published." in said


def test_a_bar_that_is_called_alike_is_named_with_its_town(sams_browser, norreport, aarhus, max_):
    from accounts.models import Department

    other = Department.objects.add_child(Department.objects.get(pk=aarhus.pk), {"name": "Nørreport"})
    User.objects.filter(pk=max_.pk).update(department=other)
    said = why(sams_browser, max_, make_event("Quiz", {"department": norreport}))
    assert "Its audience is Copenhagen / Nørreport; Max Kjær belongs to Aarhus / Nørreport." in said


def test_job_profiles_are_part_of_the_answer_and_people_are_counted_not_named(sams_browser, max_, lena, copenhagen):
    barista, baker = (JobProfile.objects.create(name=name) for name in ("Barista", "Baker"))
    User.objects.filter(pk=max_.pk).update(job_profile=baker)
    item = make_module("Tulip", {"job_profile": barista}, {"person": lena}, {"department": copenhagen})
    said = why(sams_browser, max_, item)
    assert "Barista" in said
    assert "1 person by name" in said
    assert "Max Kjær belongs to Aarhus and works as Baker." in said
    assert "Lena" not in said


def test_who_belongs_nowhere_and_an_audience_of_nobody_are_said(sams_browser, company, copenhagen):
    stray = User.objects.create_user("stray@harbour.example", first_name="Stray")
    item = make_document("Plan", {"department": copenhagen})
    assert "Its audience is Copenhagen; Stray belongs to no department." in why(sams_browser, stray, item)
    item.audience.all().delete()
    assert "It is meant for nobody: its audience is empty." in why(sams_browser, stray, item)


def test_a_document_that_opens_on_monday_says_when_in_the_time_of_who_asks(sams_browser, sam, lena):
    opens = datetime(2040, 1, 16, 7, tzinfo=UTC)
    document = make_document("Opening hours", published_from=opens)
    assert "It is published from Monday 16 January 2040, 08:00." in why(sams_browser, lena, document)
    User.objects.filter(pk=sam.pk).update(time_zone="America/New_York")
    assert "It is published from Monday 16 January 2040, 02:00." in why(sams_browser, lena, document)


def test_what_is_closed_over_or_excluded_is_said(sams_browser, lena):
    now = timezone.now()
    assert "Its publication ended on" in why(sams_browser, lena, make_module(published_until=now - HOUR))
    past = make_event("Past", starts_at=now - 3 * HOUR, ends_at=now - HOUR)
    assert "It was over on" in why(sams_browser, lena, past)
    assert "Lena Sørensen is among the people who are excluded" in why(
        sams_browser, lena, make_module("Left out", excluded=[lena])
    )


def test_a_prerequisite_is_named_with_what_is_open_in_it(sams_browser, lena):
    basics = food_safety()
    advanced = make_module("Advanced")
    advanced.prerequisites.add(basics)
    said = why(sams_browser, lena, advanced)
    assert (
        "First, Lena Sørensen has to submit “Food safety basics”. 4 required steps are open: Clean hands, "
        "I report illness, How cold is the fridge?, When do you change the cloth?." in said
    )


def test_a_prerequisite_that_sam_may_not_see_is_not_named(sams_browser, mona, lena):
    secret = make_module("Takeover of a rival", published_from=timezone.now() + HOUR)
    advanced = make_module("Advanced")
    advanced.prerequisites.add(secret)
    [said] = [verdict.sentence for verdict in explain(lena, advanced, actor=mona) if not verdict.passed]
    assert said == "A prerequisite that you may not see is not submitted."
    Module.objects.filter(pk=secret.pk).update(is_published=False)
    said = why(sams_browser, lena, advanced)
    assert "Nothing stands in the way" in said, "nobody waits for a draft"
    assert "Takeover" not in said


def test_what_keeps_lena_from_submitting_is_listed(sams_browser, lena):
    module = food_safety()
    hands, illness, *_others = module.interactions.all()
    hands.answer_for(lena, "on")
    illness.answer_for(lena, "on")
    said = why(sams_browser, lena, module)
    assert "Lena Sørensen sees it" in said
    assert "It can't be submitted: 2 required steps are open." in said
    assert "How cold is the fridge?" in said
    assert "In your own words" not in said


def test_a_module_that_is_ready_or_submitted_says_so(sams_browser, client, lena):
    module = make_module("Empty")
    assert "Nothing stands in the way" in why(sams_browser, lena, module)
    module.submit_for(lena)
    assert "It was submitted on" in why(sams_browser, lena, module)


def test_what_keeps_lena_from_registering_is_listed(sams_browser, lena, max_):
    event = make_event(capacity=1)
    assert "Passed: There is a place left." in why(sams_browser, lena, event)
    event.register(max_)
    said = why(sams_browser, lena, event)
    assert "The one place is taken." in said
    assert "Failed: Every place is taken." in said
    assert said.count("Failed:") == 1
    assert "The person takes part." in why(sams_browser, max_, event)
    later = make_event("Later", registration_opens_at=datetime(2040, 1, 16, 7, tzinfo=UTC), **in_2041())
    assert "Registration opens on Monday 16 January 2040, 08:00." in why(sams_browser, lena, later)


@pytest.mark.parametrize(
    ("fields", "setting"),
    [
        ({"capacity": 1}, "id_capacity"),
        ({"registration_closes_at": datetime(2020, 1, 1, tzinfo=UTC)}, "id_registration_closes_at_0"),
        ({"registration_opens_at": datetime(2040, 2, 1, tzinfo=UTC)}, "id_registration_opens_at_0"),
        ({"starts_at": datetime(2020, 1, 1, tzinfo=UTC)}, "id_starts_at_0"),
    ],
)
def test_carl_is_led_to_the_setting_that_keeps_lena_from_registering(client, carl, lena, max_, fields, setting):
    carl.groups.add(permission_type("Checks", "see_people", "check_access"))
    sign_in(client, User.objects.get(pk=carl.pk))
    event = make_event(**in_2041() | fields)
    event.registrations.create(user=max_)
    page = ask(client, lena, item=f"event-{event.pk}").content.decode()
    form = client.get(f"/admin/learning/event/{event.pk}/change/").content.decode()
    assert page.count("Open the setting") == 1
    assert f'href="/admin/learning/event/{event.pk}/change/#{setting}"' in page
    assert f'id="{setting}"' in form


def test_carl_is_led_to_the_interactions_that_keep_lena_from_submitting(client, carl, lena):
    carl.groups.add(permission_type("Checks", "see_people", "check_access"))
    sign_in(client, User.objects.get(pk=carl.pk))
    module = food_safety()
    page = ask(client, lena, item=f"module-{module.pk}").content.decode()
    address = f"/admin/learning/module/{module.pk}/change/"
    assert f'href="{address}#interactions-group"' in page
    assert 'id="interactions-group"' in client.get(address).content.decode()


def in_2041():
    return {"starts_at": datetime(2041, 1, 3, 9, tzinfo=UTC), "ends_at": datetime(2041, 1, 3, 10, tzinfo=UTC)}
