"""Which row is about which user: by identifier, by address, by a person's choice, which can't always be followed."""

import pytest

from accounts.models import User
from accounts.user_import import apply_import
from accounts.user_import.planning.choices import NOBODY, Choices
from tests.support.import_files import planned, row, rows

pytestmark = pytest.mark.django_db

ANOTHER = "another row is about this person, or this row is about another person"
NOT_ONE = "there is no such person, or more than one"


def stored(identifier, first, email=None, **fields):
    email = email or f"{first}@harbour.example".lower()
    return User.objects.create(external_id=identifier, first_name=first, last_name="Dam", email=email, **fields)


def person(identifier, first, email=None, **more):
    return row(identifier, first, "Dam", f"{first}@harbour.example".lower() if email is None else email, **more)


def said(content, **options):
    return [(problem.line, problem.message) for problem in planned(content, **options).problems]


def not_followed(line, named, reason):
    return [(line, f"The choice that this row is about {named} can't be followed: {reason}.")]


def test_the_identifier_counts_before_the_address():
    ann, bo = stored("A", "Ann"), stored("B", "Bo")
    plan = planned(rows(person("A", "Ann", bo.email), person("B", "Bo", ann.email)))
    assert {update.id: update.changes["email"][1] for update in plan.updates} == {ann.pk: bo.email, bo.pk: ann.email}


def test_an_address_finds_somebody_without_an_identifier_who_gets_one():
    ann = stored(None, "Ann")
    apply_import(planned(rows(person("A", "Ann"))))
    ann.refresh_from_db()
    assert ann.external_id == "A"


@pytest.mark.parametrize(
    ("same", "line", "named", "reason"),
    [
        ({"X": "nobody"}, 2, "nobody", NOT_ONE),
        ({"X": "both@harbour.example"}, 2, "both@harbour.example", NOT_ONE),
        ({"X": "B"}, 2, "B", ANOTHER),
        ({"B": "A"}, 3, "A", ANOTHER),
    ],
)
def test_a_choice_that_can_not_be_followed_says_why(same, line, named, reason):
    stored("A", "Ann")
    stored("B", "Bo")
    stored("both@harbour.example", "Cy")
    stored("D", "Di", "both@harbour.example")
    content = rows(person("X", "Xenia"), person("B", "Bo"))
    assert said(content, choices=Choices(same=same)) == not_followed(line, named, reason)


def test_two_rows_can_not_be_about_one_person():
    stored("A", "Ann")
    content = rows(person("X", "Xenia"), person("Y", "Yan"))
    assert said(content, choices=Choices(same={"X": "A", "Y": "ann@harbour.example"})) == not_followed(
        3, "ann@harbour.example", ANOTHER
    )


@pytest.mark.parametrize("identifier", ["", "Z"])
def test_a_choice_takes_no_account_that_another_row_finds_by_its_address(identifier):
    stored(None, "Fay")
    content = rows(person("X", "Xenia"), person(identifier, "Fay"))
    choices = Choices(same={"X": "fay@harbour.example"})
    assert said(content, choices=choices) == not_followed(2, "fay@harbour.example", ANOTHER)


def test_a_choice_takes_no_account_whose_own_row_is_left_out():
    stored("F", "Fay")
    content = rows(person("X", "Xenia"), person("F", "Fay", "nowhere"))
    assert said(content, choices=Choices(same={"X": "F"}), leaving_out={3}) == not_followed(2, "F", ANOTHER)


def test_a_choice_of_what_is_so_anyway_is_no_problem():
    stored("A", "Ann")
    assert said(rows(person("A", "Ann")), choices=Choices(same={"A": "A"})) == []
    assert said(rows(person("A", "Ann")), choices=Choices(same={"A": "ann@harbour.example", "gone": "A"})) == []


@pytest.mark.parametrize(("identifier", "key"), [("X", "X"), ("", "new@harbour.example")])
def test_a_choice_that_was_followed_last_night_is_no_problem_tonight(identifier, key):
    stored(None, "Ann", "old@harbour.example")
    content, choices = (
        rows(person(identifier, "Ann", "new@harbour.example")),
        Choices(same={key: "old@harbour.example"}),
    )
    apply_import(planned(content, choices=choices))
    again = planned(content, choices=choices)
    assert (again.problems, again.changes_anything, again.unchanged) == ([], False, 1)


def test_somebody_new_by_choice_gets_nobodys_account():
    stored(None, "Ann")
    assert said(rows(person("X", "Ann")), choices=Choices(same={"X": NOBODY})) == [
        (2, "This is the address of somebody else: Ann Dam, HR identifier –.")
    ]


def test_nobody_gets_an_address_whose_holder_has_a_row_without_one():
    stored("A", "Ann")
    content = rows(person("A", "Ann", ""), person("X", "Xenia", "ann@harbour.example"))
    assert said(content) == [(3, "This is the address of Ann Dam, who keeps it: see line 2.")]


def test_nobody_gets_an_address_before_it_is_known_what_the_row_of_its_holder_means():
    stored("A", "Ann")
    content = rows(
        person("A", "Ann", "moved@harbour.example", status="Barsel"), person("X", "Xenia", "ann@harbour.example")
    )
    assert said(content) == [(3, "This is the address of Ann Dam, who keeps it: see line 2.")]
    plan = planned(content, leaving_out={3}, choices=Choices(leaves_out_undecided=True))
    assert (plan.problems, plan.updates, plan.creations) == ([], [], [])


def test_somebody_new_gets_an_address_that_its_holder_gives_up():
    ann = stored("A", "Ann")
    content = rows(person("A", "Ann", "moved@harbour.example"), person("X", "Xenia", "ann@harbour.example"))
    apply_import(planned(content))
    ann.refresh_from_db()
    assert (ann.email, User.objects.get(external_id="X").email) == ("moved@harbour.example", "ann@harbour.example")


def test_a_row_without_an_identifier_gets_no_address_that_its_holder_gives_up():
    stored("A", "Ann")
    content = rows(person("A", "Ann", "moved@harbour.example"), person("", "Xenia", "ann@harbour.example"))
    assert said(content) == [(3, "This is the address of Ann Dam; line 2 gives them another one.")]


def test_somebody_is_not_given_the_address_of_a_person_who_is_not_in_the_file():
    stored("A", "Ann")
    stored("B", "Bo")
    assert said(rows(person("A", "Ann", "bo@harbour.example"))) == [
        (2, "This is the address of somebody else: Bo Dam, HR identifier B.")
    ]


def test_a_choice_changes_nobody_with_more_rights(owner):
    User.objects.filter(pk=owner.pk).update(external_id="O-1")
    plan = planned(rows(person("X", "Mallory")), choices=Choices(same={"X": "O-1"}))
    assert (plan.updates, plan.creations, plan.protected) == ([], [], 1)
