"""The checklist: who sees it, what each reader may do, and what comes next."""

import pytest
from django.urls import NoReverseMatch, reverse

from accounts.first_hour import steps
from accounts.first_hour.facts import Facts
from accounts.first_hour.steps import Checklist, checklist_of_dashboard
from accounts.models import User
from accounts.permission_setup.actions import change_settings
from tests.support.factories import UserFactory, permission_type

pytestmark = pytest.mark.django_db
DONE = dict.fromkeys(Facts.__slots__, True)


def fresh(user):
    return User.objects.with_standing().get(pk=user.pk)


@pytest.fixture
def bo(company):
    """Return Bo, who may edit the company's settings and has no other right."""
    person = UserFactory(first_name="Bo", department=company)
    person.groups.add(permission_type("Settings", "manage_settings"))
    return person


def facts_are(monkeypatch, **facts):
    monkeypatch.setattr(Facts, "read", classmethod(lambda cls, reader: cls(**facts)))


def test_the_owner_may_do_every_step(owner):
    checklist = Checklist.of(fresh(owner))
    assert [step.name for step in checklist.steps if not step.may] == []
    assert checklist.next_step.name == "second_factor"
    assert (checklist.total, len(checklist.steps)) == (9, 11)


def test_bo_is_told_who_does_what_he_may_not(bo):
    checklist = Checklist.of(fresh(bo))
    mine = {step.name for step in checklist.steps if step.may}
    assert mine == {"second_factor", "mail", "brand", "login_as_rules"}
    assert all(step.done_by for step in checklist.steps if not step.may)


def test_the_next_step_is_one_that_the_reader_may_do(monkeypatch, bo):
    facts_are(monkeypatch, **DONE | {"is_hidden": False, "has_people": False, "has_saved_settings": False})
    assert Checklist.of(fresh(bo)).next_step.name == "login_as_rules"
    facts_are(monkeypatch, **DONE | {"is_hidden": False, "has_people": False})
    assert Checklist.of(fresh(bo)).next_step.name == "people"


OPTIONAL = {"is_hidden", "has_job_profiles", "has_name"}


def test_an_optional_step_counts_neither_as_done_nor_as_open(monkeypatch, owner):
    facts_are(monkeypatch, **DONE | {"has_job_profiles": False})
    checklist = Checklist.of(fresh(owner))
    assert (checklist.done, checklist.total) == (9, 9)
    assert checklist.is_complete
    assert checklist.next_step is None


@pytest.mark.parametrize("missing", [name for name in Facts.__slots__ if name not in OPTIONAL])
def test_the_dashboard_shows_the_steps_while_one_is_open(monkeypatch, owner, missing):
    reader = fresh(owner)
    facts_are(monkeypatch, **DONE | {"is_hidden": False})
    assert checklist_of_dashboard(reader, None) is None
    facts_are(monkeypatch, **DONE | {"is_hidden": False, missing: False})
    assert checklist_of_dashboard(reader, None).done == 8
    facts_are(monkeypatch, **DONE | {missing: False})
    assert checklist_of_dashboard(reader, None) is None


def test_the_steps_cost_nothing_for_who_may_not_read_them(lena, sam, owner, django_assert_num_queries):
    people = [fresh(lena), fresh(sam)]
    reader = fresh(owner)
    with django_assert_num_queries(0):
        assert [checklist_of_dashboard(person, None) for person in people] == [None, None]
        assert checklist_of_dashboard(reader, object()) is None
    with django_assert_num_queries(1):
        assert checklist_of_dashboard(reader, None)


def test_without_login_as_user_nobody_needs_to_help_by_it(owner):
    def step():
        return next(step for step in Checklist.of(fresh(owner)).steps if step.name == "helpers")

    assert not step().is_done
    change_settings(actor=owner, values={"login_as_enabled": False})
    assert step().is_done


def addresses_of(owner):
    return {step.name: step.address for step in Checklist.of(fresh(owner)).steps}


def test_departments_are_made_on_their_page_if_there_is_one_and_else_by_the_import(monkeypatch, owner):
    def without(name, *args, **options):
        if name == "organisation":
            raise NoReverseMatch
        return reverse(name, *args, **options)

    monkeypatch.setattr(steps, "reverse", without)
    assert addresses_of(owner)["departments"] == reverse("user_import")
    monkeypatch.setattr(steps, "reverse", lambda name: "/organisation/" if name == "organisation" else reverse(name))
    assert {addresses_of(owner)[name] for name in ("departments", "job_profiles")} == {"/organisation/"}
