"""Rows that may be about a user with another HR identifier or address: what is asked, and what the answers do."""

import pytest

from accounts.models import User
from accounts.user_import import apply_import
from accounts.user_import.planning.choices import NOBODY, Choices
from accounts.user_import.planning.doubts import MAX_CANDIDATES, MAX_SINGLE
from accounts.user_import.planning.planner import MAX_PEOPLE_QUESTIONS
from tests.support.hr_cases import answered, asked
from tests.support.import_files import planned, row, rows

pytestmark = pytest.mark.django_db


def stored(identifier, first="Lin", last="Yew", email=None, **fields):
    email = email or f"{first}.{identifier}@harbour.example".lower()
    return User.objects.create(external_id=identifier, first_name=first, last_name=last, email=email, **fields)


def lin(identifier="71", first="Lin", last="Yew", email="lin.new@harbour.example", **more):
    return row(identifier, first, last, email, **more)


def facts(user):
    user.refresh_from_db()
    return user.external_id, user.name, user.email, user.is_active


@pytest.mark.parametrize(
    ("identifier", "other", "is_asked"),
    [
        ("71", "00071", True),
        ("00071", "71", True),
        ("071", "00071", True),
        ("71", "710", False),
        ("A71", "0A71", False),
    ],
)
def test_an_identifier_without_its_zeros_is_asked(identifier, other, is_asked):
    stored(other, "Another", "Name")
    assert asked(planned(rows(lin(identifier)))) == ([("person", identifier)] if is_asked else [])


@pytest.mark.parametrize("name", [("Lin", "Yew"), ("LIN", "yew"), ("Lín", "Yéw")])
def test_the_same_name_is_asked(name):
    stored("5")
    plan = planned(rows(lin("9", *name)))
    assert asked(plan) == [("person", "9")]
    assert "looks like 5 Lin Yew lin.5@harbour.example (the same name). The same person?" in plan.questions[0].sentence
    assert (plan.creations, plan.updates) == ([], [])


def test_another_name_or_a_first_name_alone_is_not_asked():
    stored("5")
    stored("6", "Pelé", "")
    plan = planned(rows(lin("8", "Lina"), lin("9", "Pelé", "", "pele@harbour.example")))
    assert (plan.questions, len(plan.creations)) == ([], 2)


def test_a_taken_address_is_asked_whatever_the_name():
    stored("5", email="lin.new@harbour.example")
    [question] = planned(rows(lin("9", "Somebody", "Else"))).questions
    assert "(the same address, with another HR identifier)" in question.sentence


def test_a_zero_counts_before_a_name():
    stored("5")
    stored("00071", "Lin", "Yew-Married")
    [question] = planned(rows(lin("71"))).questions
    assert [value for value, _label in question.choices] == ["00071", NOBODY]


def test_a_few_of_one_name_are_all_offered_and_more_say_nothing():
    for number in range(MAX_CANDIDATES):
        stored(f"5{number}")
    [question] = planned(rows(lin("9"))).questions
    assert [value for value, _label in question.choices] == ["50", "51", "52", NOBODY]
    stored("60")
    plan = planned(rows(lin("9")))
    assert (plan.questions, len(plan.creations)) == ([], 1)


def test_somebody_who_has_a_row_is_nobody_elses():
    stored("5")
    plan = planned(rows(lin("9"), lin("5", email="lin.5@harbour.example")))
    assert (plan.questions, len(plan.creations), plan.unchanged) == ([], 1, 1)


def test_somebody_whose_row_is_left_out_is_nobody_elses():
    stored("5")
    stored("00071", "Ada", "Zero")
    content = rows(
        lin("9"), lin("5", email="nowhere"), lin("71", "Ada", "Zero", "ada@harbour.example"), lin("071", "B")
    )
    assert asked(planned(content, leaving_out={3})) == [("person", "71"), ("person", "071")]
    bad = rows(lin("9"), lin("", email="lin.5@harbour.example", last="L" * 151))
    assert asked(planned(bad, leaving_out={3})) == []
    assert asked(planned(rows(lin("9"), lin("77", "C", email="x")), leaving_out={3})) == [("person", "9")]


def test_the_address_of_somebody_whose_row_is_left_out_is_taken():
    stored("5")
    gone = lin("5", email="moved@harbour.example", last="L" * 151)
    for identifier in ("9", ""):
        content = rows(lin(identifier, "New", "Person", "lin.5@harbour.example"), gone)
        plan = planned(content, leaving_out={3})
        assert [problem.message for problem in plan.problems] == [
            "This is the address of somebody else: Lin Yew, HR identifier 5."
        ]


def test_an_answer_joins_the_row_to_the_person():
    user = stored("00071")
    content = rows(lin("71", place="Aarhus"))
    apply_import(planned(content, choices=answered(planned(content), {"person:71": "00071"})))
    assert facts(user) == ("71", "Lin Yew", "lin.new@harbour.example", True)
    assert User.objects.count() == 1


def test_an_answer_may_name_somebody_by_their_address():
    user = stored(None, email="lin.old@harbour.example")
    [question] = planned(rows(lin("71"))).questions
    assert [value for value, _label in question.choices] == ["lin.old@harbour.example", NOBODY]
    apply_import(planned(rows(lin("71")), choices=Choices(same={"71": "LIN.OLD@harbour.example"})))
    assert facts(user) == ("71", "Lin Yew", "lin.new@harbour.example", True)


def test_a_row_without_an_identifier_is_named_by_its_address():
    user = stored("5")
    content = rows(lin(""))
    plan = planned(content)
    assert asked(plan) == [("person", "lin.new@harbour.example")]
    apply_import(planned(content, choices=answered(plan, {"person:lin.new@harbour.example": "5"})))
    assert facts(user) == ("5", "Lin Yew", "lin.new@harbour.example", True)


def test_somebody_new_is_created_if_the_answer_says_so():
    user = stored("5")
    content = rows(lin("9"))
    apply_import(planned(content, choices=answered(planned(content), {"person:9": NOBODY})))
    assert facts(user) == ("5", "Lin Yew", "lin.5@harbour.example", True)
    assert User.objects.filter(external_id="9").count() == 1


def test_a_row_in_doubt_that_is_left_open_changes_nothing():
    user = stored("5")
    for choices in (Choices(left_out=frozenset({"person:9"})), Choices(leaves_out_undecided=True)):
        plan = planned(rows(lin("9"), lin("10", "New", email="n@harbour.example")), choices=choices)
        assert (plan.questions, plan.problems, len(plan.creations)) == ([], [], 1)
        assert [problem.line for problem in plan.undecided] == [2]
    apply_import(plan)
    assert facts(user) == ("5", "Lin Yew", "lin.5@harbour.example", True)


def test_a_row_without_identifier_and_address_can_not_be_asked_about_and_is_a_problem():
    stored("5")
    plan = planned(rows(lin("", email=""), lin("", email="", status="Terminated")))
    assert plan.questions == []
    assert [(problem.line, problem.column) for problem in plan.problems] == [(2, "E-mail"), (3, "E-mail")]


def test_a_leaver_without_an_address_whose_zeros_are_lost_is_asked_and_leaves():
    user = stored("00071")
    content = rows(lin("71", email="", status="Terminated"))
    plan = planned(content)
    assert asked(plan) == [("person", "71")]
    apply_import(planned(content, choices=answered(plan, {"person:71": "00071"})))
    assert facts(user) == ("71", "Lin Yew", "lin.00071@harbour.example", False)


def renumbered(count, name=None):
    users = [stored(f"OLD{n}", f"P{n}", "Same") for n in range(count)]
    people = [row(f"NEW{n}", name or user.first_name, "Same", user.email) for n, user in enumerate(users)]
    return users, rows(*people)


def test_a_few_rows_with_the_address_and_name_of_a_person_are_asked_one_by_one():
    _users, content = renumbered(MAX_SINGLE)
    assert [kind for kind, _key in asked(planned(content))] == ["person"] * MAX_SINGLE


def test_many_rows_with_the_address_and_name_of_a_person_are_one_question():
    users, content = renumbered(MAX_SINGLE + 1)
    plan = planned(content)
    assert asked(plan) == [("people", "addresses")]
    assert plan.questions[0].lines == [2, 3, 4, 5, 6, 7]
    single = planned(content, choices=answered(plan, {"people:addresses": "single"}))
    assert len(single.questions) == MAX_SINGLE + 1
    joined = planned(content, choices=answered(plan, {"people:addresses": "same"}))
    assert (joined.questions, joined.creations, len(joined.updates)) == ([], [], MAX_SINGLE + 1)
    apply_import(joined)
    assert [facts(user)[0] for user in users] == [f"NEW{n}" for n in range(MAX_SINGLE + 1)]


def test_the_answer_for_many_joins_nobody_of_another_name():
    _users, content = renumbered(2, name="Somebody")
    plan = planned(content, choices=Choices(same_addresses=True))
    assert [kind for kind, _key in asked(plan)] == ["person", "person"]


def test_an_answer_about_one_row_counts_before_the_answer_for_many():
    _users, content = renumbered(2)
    plan = planned(content, choices=Choices(same_addresses=True, same={"NEW0": NOBODY}))
    assert [(problem.line, problem.column) for problem in plan.problems] == [(2, "E-mail")]
    assert len(plan.updates) == 1


def test_too_many_doubts_mean_that_another_column_is_the_identifier():
    _users, content = renumbered(MAX_PEOPLE_QUESTIONS + 1, name="Somebody")
    plan = planned(content, choices=Choices(leaves_out_undecided=True))
    assert (plan.questions, plan.is_readable) == ([], False)
    assert [str(problem) for problem in plan.problems] == [
        "Line 1, Employee ID: 201 rows look like people who are here with another HR identifier or address. "
        "Is another column the HR identifier?"
    ]
