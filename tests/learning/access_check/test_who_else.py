"""Who else doesn't see an item: by which rule, how many people, and what would show it to how many more."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Department, JobProfile, User
from learning.access_check.who_else import options
from learning.models import EarlierSubmission, Module, ModuleProgress
from learning.visibility.audience import explain
from learning.visibility.people import PERSONAL, People
from tests.support.access_check import FROM_OUR_PAGE, HOUR, ask, item_name, words
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.learning_factories import make_document, make_event, make_module
from tests.support.random_learning import DAY, people, random_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def who_else(client, person, item, **query):
    address = reverse("user_access", args=[person.pk, "who-else"])
    return client.get(address, {"item": item_name(item)} | query, headers=FROM_OUR_PAGE, follow=True)


def named(response):
    return [each.first_name for each in response.context["page"]]


def test_sam_reads_who_the_audience_leaves_out_and_what_would_show_it(
    sams_browser, sam, max_, lena, company, copenhagen, aarhus
):
    baker = JobProfile.objects.create(name="Baker")
    User.objects.filter(pk=max_.pk).update(job_profile=baker, external_id="HR-7")
    UserFactory(first_name="Anna", department=aarhus)
    UserFactory(first_name="Gone", department=aarhus, is_active=False)
    UserFactory(first_name="Bo", job_profile=baker)
    item = make_event("Latte art night", {"department": copenhagen})
    response = who_else(sams_browser, max_, item)
    said = words(response)
    assert "The same rule hides it from 4 active people." in said
    assert named(response) == ["Anna", "Bo", "Max", "Sam"]
    assert [(each.change, each.count) for each in response.context["options"]] == [
        ("Add Max Kjær alone", 1),
        ("Add the department Aarhus", 2),
        ("Add the department Harbour Coffee", 3),
        ("Add the job profile Baker", 2),
    ]
    assert "1 more person would then see it" in said
    assert "HR says Aarhus and Baker (HR identifier HR-7)." in said
    assert f'<a href="{max_.get_absolute_url()}">Correct the department' in response.content.decode()


def test_without_an_hr_system_the_profile_says_where_max_belongs(sams_browser, max_, copenhagen):
    said = words(who_else(sams_browser, max_, make_module("Ours", {"department": copenhagen})))
    assert "The profile of Max Kjær says Aarhus and no job profile. No HR system imports it." in said


def test_who_is_excluded_is_listed(sams_browser, max_, lena):
    response = who_else(
        sams_browser, max_, make_document("Plan", {"person": lena}, {"person": max_}, excluded=[lena, max_])
    )
    assert named(response) == ["Lena", "Max"]
    assert [(each.change, each.count) for each in response.context["options"]] == [
        ("Take Max Kjær off the exclusions", 1),
        ("Take everybody off the exclusions", 2),
    ]


def test_who_waits_for_the_same_is_listed_and_nobody_that_it_is_not_meant_for(sams_browser, max_, lena, mona, aarhus):
    basics = make_module("Basics")
    swan = make_module("The swan", {"person": lena}, {"person": max_}, {"person": mona})
    swan.prerequisites.add(basics, make_module("Draft", is_published=False))
    basics.submit_for(mona)
    response = who_else(sams_browser, max_, swan)
    assert named(response) == ["Lena", "Max"]
    assert "The same rule hides it from 2 active people." in words(response)
    assert [(each.change, each.count) for each in response.context["options"]] == [("Take away what it builds on", 2)]


@pytest.mark.parametrize(
    ("fields", "change"),
    [
        ({"is_published": False}, "Publish it"),
        ({"published_from": HOUR}, "Publish it from now on"),
        ({"published_until": -HOUR}, "Give it a later end"),
        ({"starts_at": -2 * HOUR, "ends_at": -HOUR}, "Give it a later end"),
    ],
)
def test_what_hides_it_from_everybody_says_who_would_see_it(client, owner, max_, lena, aarhus, fields, change):
    now = timezone.now()
    fields = {name: now + value if isinstance(value, timedelta) else value for name, value in fields.items()}
    item = make_event("Quiz", {"department": aarhus}, {"person": lena}, excluded=[lena], **fields)
    sign_in(client, owner)
    response = who_else(client, max_, item)
    assert "The same rule hides it from everybody." in words(response)
    assert named(response) == ["Max"]
    assert [(each.change, each.count) for each in response.context["options"]] == [(change, 1)]


def test_of_several_rules_the_one_that_was_asked_for_is_answered_and_the_others_named(sams_browser, max_, copenhagen):
    item = make_module("Ours", {"department": copenhagen}, published_from=timezone.now() + HOUR)
    page = ask(sams_browser, max_, item=item_name(item)).content.decode()
    for rule in ("opened", "audience"):
        assert f"who-else/?item={item_name(item)}&amp;rule={rule}" in page
    said = words(who_else(sams_browser, max_, item, rule="audience"))
    assert "Something else hides it from Max Kjær, too: not published yet." in said
    assert "Add the department Aarhus" in said
    for unknown in ("", "published", "made up"):
        assert "Publish it from now on" in words(who_else(sams_browser, max_, item, rule=unknown))


def test_what_max_sees_hides_from_nobody(sams_browser, max_):
    assert "Max Kjær sees it" in words(who_else(sams_browser, max_, make_module("Ours")))


def test_it_is_on_record_and_without_an_item_nothing_is(sams_browser, max_, copenhagen):
    item = make_module("Ours", {"department": copenhagen})
    who_else(sams_browser, max_, item, rule="audience")
    sams_browser.get(reverse("user_access", args=[max_.pk, "who-else"]), headers=FROM_OUR_PAGE)
    (event,) = events("access.checked")
    assert event.target_id == max_.pk
    assert detail(event) == {"question": "who-else", "item": item_name(item), "rule": "audience"}


def test_rita_counts_and_reads_people_of_her_departments_alone(client, rita, lena, max_, aarhus, norreport):
    UserFactory(first_name="Nina", department=norreport)
    item = make_module("For Rita", {"person": rita})
    sign_in(client, rita)
    response = who_else(client, lena, item)
    said = words(response)
    assert named(response) == ["Lena", "Nina"]
    assert "The same rule hides it from 2 active people of your departments." in said
    assert "Only people of your departments are counted." in said
    assert "Max" not in said
    assert [each.count for each in response.context["options"]] == [1, 2, 2, 2]


def test_seeing_everybody_is_no_right_to_check_everybody(client, rita, lena, max_, copenhagen):
    rita.groups.add(permission_type("Sees all", "see_people"))
    sign_in(client, User.objects.get(pk=rita.pk))
    response = who_else(client, lena, make_module("For Rita", {"person": rita}))
    assert named(response) == ["Lena"]
    assert "Max" not in words(response)


def test_somebody_that_the_asker_may_check_and_not_see_is_counted_and_not_named(client, lena, max_, sam, copenhagen):
    sam.groups.set([permission_type("Checks", "check_access")])
    sam.groups.add(permission_type("Sees Copenhagen", "see_people", departments=[copenhagen]))
    sign_in(client, User.objects.get(pk=sam.pk))
    item = make_module("Ours", {"person": sam})
    response = who_else(client, lena, item)
    assert named(response) == ["Lena"]
    assert "And 1 person you may not see." in words(response)
    assert "Max" not in words(response)


def test_nothing_is_said_of_an_item_that_rita_may_not_know_of(client, rita, lena, max_, aarhus):
    item = make_module("Secret", {"department": aarhus})
    sign_in(client, rita)
    response = who_else(client, lena, item)
    assert response.status_code == 404
    assert "Secret" not in response.content.decode()


def test_of_a_draft_known_by_its_title_no_number_is_said(client, sam, lena, max_, copenhagen):
    sam.groups.add(permission_type("Drafts", "know_drafts"))
    item = make_module("Draft", {"department": copenhagen}, is_published=False)
    sign_in(client, User.objects.get(pk=sam.pk))
    response = who_else(client, lena, item)
    assert "It has been a draft since" in words(response)
    assert "options" not in response.context
    assert "page" not in response.context


def test_in_an_assumed_session_nothing_leads_to_other_people(client, sam, max_, lena, copenhagen):
    item = make_module("Ours", {"department": copenhagen})
    log_in_as(client, sam, max_)
    address = reverse("assumed_session_access", args=["who-else"])
    response = client.get(address, {"item": item_name(item)}, headers=FROM_OUR_PAGE, follow=True)
    assert named(response) == ["Max", "Sam"]
    assert 'href="/users/' not in response.content.decode().split("<main", 1)[1]


def test_the_pages_lead_on(sams_browser, max_, aarhus, copenhagen):
    for number in range(30):
        UserFactory(first_name=f"Anna{number:02}", department=aarhus)
    item = make_module("Ours", {"department": copenhagen})
    first = who_else(sams_browser, max_, item)
    assert named(first) == [f"Anna{number:02}" for number in range(25)]
    last = first.context["page"].users[-1].pk
    assert f"item={item_name(item)}&amp;after={last}" in first.content.decode()
    second = who_else(sams_browser, max_, item, after=last)
    assert named(second) == [*(f"Anna{number}" for number in range(25, 30)), "Max", "Sam"]
    assert named(who_else(sams_browser, max_, item, before=second.context["page"].users[0].pk)) == named(first)


@pytest.mark.parametrize("count", [2, 40])
def test_it_costs_the_same_however_many_people_there_are(sams_browser, max_, copenhagen, aarhus, count):
    for number in range(count):
        UserFactory(first_name=f"Anna{number}", department=aarhus)
    item = make_module("Ours", {"department": copenhagen})
    with CaptureQueriesContext(connection) as captured:
        assert len(named(who_else(sams_browser, max_, item))) == min(25, count + 2)
    asked = [sql for sql in data_queries(captured) if sql.lstrip("(").startswith("SELECT")]
    selects = [sql for sql in asked if "audit" not in sql and "config_cacheentry" not in sql]
    # Recorded and shown, each time: session, who asks, the person. Then: the item, its rules, its audience for the
    # sentence and for the people, prerequisites; how many people, and the page: count, ids, rows; what would show it:
    # departments above, numbers.
    assert len(selects) == 2 * 3 + 16, "\n".join(sql[:300] for sql in selects)


def fails(person, item):
    return {verdict.rule.name for verdict in explain(person, item) if not verdict.passed}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_the_list_holds_everybody_that_the_rule_hides_it_from_and_nobody_else(
    company, copenhagen, norreport, aarhus, chance
):
    User.objects.all().delete()
    JobProfile.objects.all().delete()
    departments = list(Department.objects.order_by("path"))
    everybody, profiles = people(departments, chance)
    item = random_item(chance, everybody, departments, profiles)
    now = timezone.now()
    for module in Module.objects.filter(leads_to__in=[item.pk] if isinstance(item, Module) else []):
        for person in chance.sample(everybody, 3):
            at = now - chance.choice([0, 2, 4]) * DAY
            row = {"module": module, "user": person, "started_at": at, "submitted_at": at}
            ModuleProgress.objects.filter(module=module, user=person).delete()
            if chance.random() < 0.7:
                ModuleProgress.objects.create(**row)
            else:  # opened again since
                ModuleProgress.objects.create(module=module, user=person, started_at=now)
                EarlierSubmission.objects.create(**row, tries_used=0, right_count=0, question_count=0, answers=[])
        Module.objects.filter(pk=module.pk).update(valid_for=chance.choice([None, 3 * DAY]))
    failed = {person.pk: fails(person, item) for person in User.objects.all()}
    of_item = People(item)
    hidden = {rule: ids(of_item.hidden_by(rule)) for rule in PERSONAL}
    assert hidden["audience"] == {pk for pk, rules in failed.items() if "audience" in rules}
    assert hidden["not_excluded"] == {pk for pk, rules in failed.items() if "not_excluded" in rules}
    meant = {pk for pk, rules in failed.items() if not rules & {"audience", "not_excluded"}}
    assert hidden["prerequisites"] == {pk for pk in meant if "prerequisites" in failed[pk]}
    for rule in ("", *PERSONAL):
        assert ids(of_item.seeing_but_for(rule)) == {
            pk for pk, rules in failed.items() if not rules & (set(PERSONAL) - {rule})
        }


def ids(condition):
    return set(User.objects.filter(condition).values_list("pk", flat=True))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_what_is_added_to_an_audience_shows_it_to_as_many_as_was_said(company, copenhagen, norreport, aarhus, chance):
    User.objects.all().delete()
    JobProfile.objects.all().delete()
    departments = list(Department.objects.order_by("path"))
    everybody, profiles = people(departments, chance)
    item = random_item(chance, everybody, departments, profiles)
    type(item).objects.filter(pk=item.pk).update(is_published=True, published_from=None, published_until=None)
    failing = [person for person in User.objects.all() if "audience" in fails(person, item)]
    if not failing or "not_over" in fails(failing[0], item):
        return
    person = chance.choice(failing)
    before = seeing(item)
    offered = options("audience", item, person, People(item), User.objects.filter(is_active=True), 0)
    above = Department.objects.filter(path__in=person.department_paths).order_by("-path")
    parts = [{"person": person}, *({"department": each} for each in above)]
    parts += [{"job_profile": person.job_profile}] if person.job_profile else []
    for option, part in zip(offered, parts, strict=True):
        added = item.audience.create(**part)
        assert option.count == len(seeing(item) - before), option
        added.delete()


def seeing(item):
    return {person.pk for person in User.objects.all() if not fails(person, item)}
