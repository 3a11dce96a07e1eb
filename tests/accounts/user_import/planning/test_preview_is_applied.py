"""Random companies, files and choices: what the plan says is what is applied, and nobody else is changed."""

import io

import pytest
from hypothesis import HealthCheck, assume, event, given, settings

from accounts.models import Department, JobProfile, User
from accounts.user_import import apply_import
from accounts.user_import.confirm import plan_good_rows
from tests.support.import_files import planned
from tests.support.random_imports import (
    DAYS,
    DECISIONS,
    GONE,
    HEADINGS,
    choices_of,
    companies,
    content_of,
    tables,
)

pytestmark = pytest.mark.django_db


def build(users):
    """Store a company with these users, as far as their identifiers and addresses are different."""
    User.objects.all().delete()
    JobProfile.objects.all().delete()
    Department.objects.all().delete()
    places = {name: Department.objects.add_root({"name": name}) for name in ("North", "South")}
    jobs = {name: JobProfile.objects.create(name=name) for name in ("Cook", "Host")}
    seen = set()
    for fields in users:
        keys = {fields["email"], fields["external_id"]} - {""}
        if keys & seen:
            continue
        seen |= keys
        said = fields | {
            "external_id": fields["external_id"] or None,
            "department": places.get(fields["department"]),
            "job_profile": jobs.get(fields["job_profile"]),
        }
        User.objects.create_user(**said)


def paths():
    names = dict(Department.objects.values_list("path", "name"))
    return {
        pk: " / ".join(names[path[:end]] for end in range(4, len(path) + 1, 4))
        for pk, path in Department.objects.values_list("pk", "path")
    }


FIELDS = ("email", "first_name", "last_name", "external_id", "language", "time_zone", "is_active")


def everything():
    """Return what is stored of each user, by primary key, in the words of a plan."""
    places = paths()
    return {
        user.pk: {name: getattr(user, name) for name in FIELDS}
        | {
            "department": places.get(user.department_id, ""),
            "job_profile": user.job_profile.name if user.job_profile else "",
        }
        for user in User.objects.select_related("job_profile")
    }


def said_of(creation):
    row = creation.row
    standard = {field: User._meta.get_field(field).get_default() for field in ("language", "time_zone")}
    return standard | {
        "email": row.email,
        "first_name": row.first_name,
        "last_name": row.last_name or "",
        "external_id": row.external_id,
        "is_active": row.is_active is not False,
        "department": str(creation.department or ""),
        "job_profile": creation.job_profile,
    }


def in_words(field, value):
    return str(value or "") if field == "department" else value


def gone_by(person, headings, choices):
    """Return whether the cells of a row say that its person has left, by a reading of their own."""
    said = choices.mapping.statuses.get(person["status"].lower())
    has_left = person["status"] in GONE or said == "inactive"
    return (
        ("status" in headings and has_left)
        or ("blocked" in headings and person["blocked"] in ("yes", "ja", "1"))
        or ("day" in headings and person["day"] in DAYS[1:3])
    )


bounded = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@bounded
@given(companies(), tables(), DECISIONS)
def test_what_the_plan_says_is_what_is_applied_and_nobody_else_is_changed(db, users, table, decisions):
    build(users)
    content, choices = content_of(table), choices_of(decisions, table)
    before = everything()
    plan = plan_good_rows(io.BytesIO(content.encode()), "people.csv", actor=None, choices=choices)
    assert everything() == before
    assume(plan.can_be_applied)
    event(f"{len(plan.creations)} new, {len(plan.updates)} changed")
    run = apply_import(plan)

    after = everything()
    expected = {pk: dict(fields) for pk, fields in before.items()}
    for update in plan.updates:
        for field, (former, value) in update.changes.items():
            assert expected[update.id][field] == in_words(field, former)
            expected[update.id][field] = in_words(field, value)
    assert {pk: after[pk] for pk in before} == expected
    made = sorted((after[pk] for pk in after.keys() - before.keys()), key=lambda fields: fields["email"])
    assert made == sorted(map(said_of, plan.creations), key=lambda fields: fields["email"])
    assert run.counts == plan.counts()
    assert run.counts["created"] == len(after) - len(before)
    changed = {pk for pk in before if after[pk] != before[pk]}
    assert changed == {update.id for update in plan.updates}
    protected = set(User.objects.filter(is_protected=True).values_list("pk", flat=True))
    assert not changed & protected


@bounded
@given(companies(), tables(), DECISIONS)
def test_the_same_file_once_more_changes_nothing(db, users, table, decisions):
    build(users)
    content, choices = content_of(table), choices_of(decisions, table)
    plan = plan_good_rows(io.BytesIO(content.encode()), "people.csv", actor=None, choices=choices)
    assume(plan.can_be_applied)
    # A choice that contradicts a row is a mistake to correct first: the row is left out until its user has changed.
    assume(not any("can't be followed" in problem.message for problem in plan.rejected))
    apply_import(plan)
    after = everything()
    again = plan_good_rows(io.BytesIO(content.encode()), "people.csv", actor=None, choices=choices)
    assert again.questions == []
    assert (again.creations, again.updates, again.departments, again.job_profiles) == ([], [], [], [])
    assert everything() == after


@bounded
@given(companies(), tables(), DECISIONS)
def test_who_leaves_is_said_to_and_who_is_said_to_leaves(db, users, table, decisions):
    build(users)
    headings, people = table
    choices = choices_of(decisions, table)
    plan = plan_good_rows(io.BytesIO(content_of(table).encode()), "people.csv", actor=None, choices=choices)
    assume(plan.can_be_applied)
    by_line = dict(enumerate(people, start=2))
    active = {user.pk: user for user in User.objects.filter(is_active=True)}
    apply_import(plan)

    lines = {update.id: update.line for update in plan.updates}
    for user in User.objects.filter(pk__in=active, is_active=False):
        if lines[user.pk] is None:
            assert choices.deactivates_absent
            assert user.external_id
            named = {text for person in people for text in (person["identifier"], person["email"])}
            assert not {user.external_id, user.email} & named
        else:
            assert gone_by(by_line[lines[user.pk]], headings, choices)

    without_effect = {problem.line for problem in plan.skipped}
    told = {notice.line for notice in plan.notices}
    for line, person in by_line.items():
        if not gone_by(person, headings, choices) or line in without_effect or line in told:
            continue
        about = User.objects.filter(external_id=person["identifier"]) if person["identifier"] else None
        if about is None or not about:
            about = User.objects.filter(email=person["email"])
        assert [user.is_active for user in about] == [False]


def test_a_company_and_a_file_as_the_tests_draw_them_are_planned():
    ann = {"external_id": "1", "first_name": "Ann", "last_name": "Dam", "email": "ann@x.example"}
    build([ann | {"department": "North", "job_profile": "Cook", "is_active": True, "is_protected": False}])
    headings = {name: some[0] for name, some in HEADINGS.items()}
    person = {"identifier": "1", "first": "Ann", "last": "Dam", "email": "ann@x.example", "place": "South", "job": "",
              "status": "Fratrådt", "blocked": "no", "day": ""}  # fmt: skip
    plan = planned(content_of((headings, [person])))
    [update] = plan.updates
    assert {field: tuple(map(str, values)) for field, values in update.changes.items()} == {
        "department": ("North", "South"),
        "job_profile": ("Cook", ""),
        "is_active": ("True", "False"),
    }
