"""The undo of an import: it puts back what nobody changed since, and says what stays and why."""

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Department, ImportedPerson, JobProfile, User, UserImport
from accounts.models.email_addresses import store_email_addresses
from accounts.user_import import apply_import
from accounts.user_import.applying.undo import current, plan_undo
from tests.support.import_files import planned, row, rows

pytestmark = pytest.mark.django_db
FIELDS = (
    "email", "first_name", "last_name", "external_id", "department_id", "job_profile_id", "is_active", "language",
)  # fmt: skip


def values(user):
    user.refresh_from_db()
    return {name: getattr(user, name) for name in FIELDS}


def run_of(*lines):
    plan = planned(rows(*lines))
    assert plan.problems == []
    return apply_import(plan)


def undone(run, **options):
    """Apply the undo, and return its run."""
    plan = plan_undo(run, actor=None, **options)
    return apply_import(plan, way=UserImport.Way.UNDO, undoes=run)


def remarks(run, actor=None):
    plan = plan_undo(run, actor=actor)
    return [(problem.column, problem.message) for problem in plan.left_alone + plan.rejected]


def test_everything_that_the_import_changed_is_put_back(lena, aarhus):
    before = values(lena)
    run = run_of(row("L-1", "Lene", "Holm", place="Aarhus", job="Barista", status="Inactive"))
    undone(run)
    assert values(lena) == before
    assert lena.emailaddress_set.get().email == lena.email


def test_an_undo_can_be_undone(lena, aarhus):
    run = run_of(row("L-1", "Lene", place="Aarhus", status="Inactive"), row("2", "Max", "Kjær", "max@harbour.example"))
    max_ = User.objects.get(external_id="2")
    after = values(lena), values(max_)
    undo = undone(run)
    assert (undo.undoes, undo.way) == (run, "undo")
    assert not User.objects.get(pk=max_.pk).is_active
    undone(undo)
    assert (values(lena), values(max_)) == after


def test_what_somebody_changed_since_stays_and_is_named(lena):
    run = run_of(row("L-1", "Lene", "Holm"))
    User.objects.filter(pk=lena.pk).update(first_name="Helena")
    assert remarks(run) == [("First name", "Helena Holm: somebody has changed this since the import; it stays.")]
    undone(run)
    lena.refresh_from_db()
    assert (lena.first_name, lena.last_name, lena.external_id) == ("Helena", "Sørensen", None)


def test_what_somebody_put_back_already_needs_no_remark(lena):
    run = run_of(row("L-1", "Lene"))
    User.objects.filter(pk=lena.pk).update(first_name="Lena", external_id=None, department=lena.department)
    plan = plan_undo(run, actor=None)
    assert (plan.unchanged, plan.left_alone, plan.changes_anything) == (1, [], False)


def test_somebody_new_is_deactivated_and_never_deleted():
    run = run_of(row("1"))
    undone(run)
    person = User.objects.get()
    assert (person.is_active, person.email, person.external_id) == (False, "lena@harbour.example", "1")


def test_somebody_new_who_has_signed_in_stays_active():
    run = run_of(row("1"))
    User.objects.update(last_login=timezone.now())
    assert remarks(run) == [("", "Lena Sørensen has signed in since the import and stays active.")]
    assert not plan_undo(run, actor=None).changes_anything


def test_somebody_new_who_was_changed_since_stays_active(aarhus):
    run = run_of(row("1"))
    User.objects.update(department=aarhus)
    assert remarks(run) == [("Department", "Lena Sørensen was changed since the import and stays active.")]
    assert not plan_undo(run, actor=None).changes_anything


def test_somebody_with_rights_is_left_alone(lena, sam, owner):
    run = run_of(row("L-1", "Lene"))
    User.objects.filter(pk=lena.pk).update(is_superuser=True)
    for actor in (None, sam):
        assert remarks(run, actor) == [
            ("", "Lene Sørensen holds rights here and is left as is. Change this account in User Management.")
        ]
        assert not plan_undo(run, actor=actor).changes_anything


def test_the_actor_is_left_alone(lena):
    run = run_of(row("L-1", "Lene"))
    assert plan_undo(run, actor=lena).protected == 1


def test_an_address_that_somebody_has_by_now_stays_with_the_sentence(lena):
    run = run_of(row("L-1", "Lene", email="lene@harbour.example"), row("L-1b", "B", email="b@harbour.example"))
    assert ImportedPerson.objects.filter(run=run).count() == 2
    run = run_of(row("L-1b", "B", email="c@harbour.example"), row("L-2", "N", email="n@harbour.example"))
    User.objects.create_user("b@harbour.example", first_name="Other")
    assert remarks(run) == [
        (
            "Email address",
            "B Sørensen keeps “c@harbour.example”, because somebody else has “b@harbour.example” by now.",
        )
    ]


def test_an_identifier_that_somebody_has_by_now_stays():
    User.objects.create_user("lena@harbour.example", first_name="Lena", last_name="Sørensen", external_id="1")
    run = run_of(row("1", "Lene"))
    ImportedPerson.objects.filter(run=run).update(
        before={"first_name": "Lena", "external_id": "0"}, after={"first_name": "Lene", "external_id": "1"}
    )
    User.objects.create_user("other@harbour.example", first_name="Other", external_id="0")
    assert remarks(run) == [("HR identifier", "Lene Sørensen keeps “1”, because somebody else has “0” by now.")]
    undone(run)
    assert User.objects.get(external_id="1").first_name == "Lena"


def test_who_keeps_an_address_keeps_it_from_the_next_too():
    run_of(row("1", email="a@harbour.example"), row("2", "Max", email="b@harbour.example"))
    run = run_of(row("1", email="b@harbour.example"), row("2", "Max", email="c@harbour.example"))
    other = User.objects.create_user("a@harbour.example", first_name="Other")
    plan = plan_undo(run, actor=None)
    assert [problem.message for problem in plan.rejected] == [
        "Lena Sørensen keeps “b@harbour.example”, because somebody else has “a@harbour.example” by now.",
        "Max Sørensen keeps “c@harbour.example”, because somebody else has “b@harbour.example” by now.",
    ]
    assert (plan.changes_anything, plan.unchanged) == (False, 2)
    other.email = "free@harbour.example"
    store_email_addresses([other])
    undone(run)
    assert [user.email for user in User.objects.filter(external_id__in="12").order_by("external_id")] == [
        "a@harbour.example", "b@harbour.example",
    ]  # fmt: skip


def test_two_people_who_swapped_addresses_swap_back():
    run_of(row("1", email="a@harbour.example"), row("2", "Max", email="b@harbour.example"))
    undone(run_of(row("1", email="b@harbour.example"), row("2", "Max", email="a@harbour.example")))
    assert User.objects.get(external_id="1").email == "a@harbour.example"
    assert User.objects.get(external_id="2").email == "b@harbour.example"


def test_identifiers_go_round_in_a_circle():
    for name in "12":
        User.objects.create_user(f"{name}@harbour.example", first_name=name, external_id=name)
    one, two = User.objects.order_by("pk")
    run = run_of(row("1", "A", email="1@harbour.example"), row("2", "B", email="2@harbour.example"))
    for user, former in ((one, "2"), (two, "1")):
        ImportedPerson.objects.filter(run=run, user=user).update(
            before={"external_id": former}, after={"external_id": user.external_id}
        )
    undone(run)
    assert list(User.objects.order_by("pk").values_list("external_id", flat=True)) == ["2", "1"]


@pytest.mark.parametrize("what", ["department", "job_profile"])
def test_a_former_department_or_job_profile_that_is_deleted_leaves_the_present_one(lena, aarhus, what):
    former = {
        "department": Department.objects.add_root({"name": "Gone"}),
        "job_profile": JobProfile.objects.create(name="Gone"),
    }
    User.objects.filter(pk=lena.pk).update(**{what: former[what]})
    run = run_of(row("L-1", "Lene", place="Aarhus", job="Barista"))
    Department.objects.filter(name="Gone").delete()
    JobProfile.objects.filter(name="Gone").delete()
    label = {"department": "Department", "job_profile": "Job profile"}[what]
    assert remarks(run) == [(label, "Lene Sørensen: the former value no longer exists; this stays.")]
    undone(run)
    lena.refresh_from_db()
    assert (lena.first_name, getattr(lena, what).name) == (
        "Lena",
        {"department": "Aarhus", "job_profile": "Barista"}[what],
    )


def test_erased_values_put_nothing_back(lena):
    run = run_of(row("L-1", "Lene"))
    ImportedPerson.objects.update(before={}, after={})
    assert remarks(run) == [("", f"The values of person {lena.pk} were erased.")]


def test_one_person_alone(lena, max_):
    run = run_of(row("L-1", "Lene"), row("M-1", "Maximilian", "Kjær", max_.email))
    undone(run, people=[lena.pk])
    assert (values(lena)["first_name"], values(max_)["first_name"]) == ("Lena", "Maximilian")


def test_people_who_are_in_no_line_are_undone_too(lena):
    run = run_of(row("L-1", "Lene"))
    ImportedPerson.objects.update(line=0)
    User.objects.filter(pk=lena.pk).update(last_name="Holm", first_name="Helena")
    assert [problem.line for problem in plan_undo(run, actor=None).left_alone] == [None]


PEOPLE = 4
CHOICES = {
    "first_name": ["Ann", "Bo", "Cy"], "last_name": ["", "Dam", "Skou"], "department": ["", "North", "South"],
    "job_profile": ["", "Cook", "Host"], "is_active": ["Active", "Inactive"],
}  # fmt: skip
SOMEBODY = st.fixed_dictionaries({name: st.sampled_from(some) for name, some in CHOICES.items()})
SOME_EDITS = st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.sampled_from(sorted(CHOICES)), st.integers(0, 2)))


def file_of(people, domain):
    lines = [
        row(str(n), each["first_name"], each["last_name"], f"p{n}@{domain}", each["department"], each["job_profile"],
            each["is_active"])
        for n, each in enumerate(people)
    ]  # fmt: skip
    return rows(*lines)


def edit(user, field, choice):
    """Change a field as somebody else would."""
    some = CHOICES[field]
    text = some[choice % len(some)]
    if field == "department":
        user.department = Department.objects.filter(name=text).first()
    elif field == "job_profile":
        user.job_profile = JobProfile.objects.filter(name=text).first()
    else:
        setattr(user, field, text == "Active" if field == "is_active" else text)
    user.save()


def everything():
    fields = ("email", *CHOICES)
    return {user.external_id: {name: current(user, name) for name in fields} for user in User.objects.all()}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(SOMEBODY, min_size=PEOPLE, max_size=PEOPLE),
    after=st.lists(SOMEBODY, min_size=PEOPLE, max_size=PEOPLE),
    edits=SOME_EDITS,
)
def test_random_imports_and_edits_exactly_what_was_untouched_is_restored(db, before, after, edits):
    User.objects.all().delete()
    for name in ("North", "South"):
        if not Department.objects.filter(name=name).exists():
            Department.objects.add_root({"name": name})
        JobProfile.objects.get_or_create(name={"North": "Cook", "South": "Host"}[name])
    apply_import(planned(file_of(before, "old.example")))
    former = everything()
    run = apply_import(planned(file_of(after, "new.example")))
    imported = everything()
    for number, field, choice in edits:
        edit(User.objects.get(external_id=str(number)), field, choice)
    edited = everything()
    plan = plan_undo(run, actor=None)
    if plan.changes_anything:
        apply_import(plan, way=UserImport.Way.UNDO, undoes=run)
    expected = {
        who: {
            name: former[who][name] if edited[who][name] == imported[who][name] else edited[who][name]
            for name in values
        }
        for who, values in edited.items()
    }
    assert everything() == expected
    named = {
        (who, name)
        for who, fields in edited.items()
        for name, value in fields.items()
        if imported[who][name] not in (value, former[who][name]) and value != former[who][name]
    }
    assert len(plan.left_alone) == len(named)
