"""Files as HR systems really write them: who comes of each, or what is asked; and what they do over time."""

import io
import re

import pytest

from accounts.models import Department, JobProfile, User
from accounts.user_import.confirm import apply_confirmed, plan_good_rows
from accounts.user_import.mapping.mapping import Mapping
from accounts.user_import.planning.choices import NOBODY, Choices
from accounts.user_import.planning.mass_change import NotConfirmed
from accounts.user_import.planning.planner import NO_CHOICES
from tests.support.factories import DepartmentFactory
from tests.support.hr_cases import FILES, answered, applied, asked, coming, people, plan_of, told
from tests.support.hr_people import ANSWERS, PEOPLE, REFUSED

pytestmark = pytest.mark.django_db


@pytest.fixture
def shops(copenhagen):
    return [DepartmentFactory(name=name, parent=copenhagen) for name in ("Vesterbro", "Nørreport")]


def imported(name, answers=None, choices=NO_CHOICES):
    """Import a kept file with these answers to its questions, and return its counts."""
    plan = plan_of(name, choices)
    if answers:
        assert [f"{kind}:{key}" for kind, key in asked(plan)] == list(answers)
        plan = plan_of(name, answered(plan, answers, choices))
    return applied(plan)


def who(identifier):
    """Return what is stored of the person with this HR identifier."""
    return next(person for person in people() if person[0] == identifier)


def is_active(identifier):
    return User.objects.get(external_id=identifier).is_active


def test_every_kept_file_is_told_here():
    source = (FILES.parent / "test_cases.py").read_text()
    states = set(re.findall(r"state_\w+\.csv", source))
    assert {file.name for file in FILES.iterdir()} == PEOPLE.keys() | REFUSED | states
    assert len(PEOPLE) == 27


@pytest.mark.parametrize("name", PEOPLE)
def test_the_right_people_come_of_a_file_and_what_is_unknown_is_asked(shops, name):
    answers = ANSWERS.get(name, {})
    plan = plan_of(name)
    assert [f"{kind}:{key}" for kind, key in asked(plan)] == list(answers)
    assert plan.can_be_applied is not bool(answers)
    choices = answered(plan, answers)
    plan = plan_of(name, choices)
    assert coming(plan) == told(PEOPLE[name])
    counts = applied(plan)
    assert counts["created"] == len(plan.creations)
    assert people() == [(*person[:6], person[6] or "active") for person in told(PEOPLE[name])]
    again = plan_of(name, choices)
    assert (again.changes_anything, again.unchanged) == (False, counts["created"] + counts["unchanged"])


def test_a_web_page_is_no_workbook():
    plan = plan_of("60_html_as_xls.xls")
    [problem] = plan.problems
    assert str(problem) == "This is a web page, not a workbook. Open it in Excel, and save it as .xlsx or CSV."


def test_a_stroke_in_a_name_is_no_path_where_the_company_says_so(company):
    imported("63_workday_supervisory_parens.csv", choices=Choices(mapping=Mapping(has_paths=False)))
    assert [person[4] for person in people()] == ["Food/Beverage R&D", "Sales / Marketing"]
    roots = list(Department.objects.filter(depth=1).values_list("name", flat=True))
    assert roots == ["Harbour Coffee", "Food/Beverage R&D", "Sales / Marketing"]


def test_two_lines_of_one_person_are_told_and_the_first_one_counts():
    plan = plan_of("09_totara_two_jobs.csv")
    message = "Line 2 is about this person too. A person has one department and one job profile here."
    assert (3, message) in [(notice.line, notice.message) for notice in plan.notices]


def test_letters_that_were_guessed_are_told():
    assert "Mac Roman" in str(plan_of("43_mac_roman_cr.csv").notices[0])
    assert "Some lines are UTF-8 and others Windows-1252" in str(plan_of("47_mixed_encoding.csv").notices[0])


def test_a_leaver_who_was_never_here_is_told_and_one_who_was_leaves_without_an_address(company):
    plan = plan_of("41_leaver_no_email.csv")
    assert "This person has left and is not here: nothing to do." in [notice.message for notice in plan.notices]
    assert (plan.unchanged, len(plan.creations)) == (1, plan.rows - 1)
    User.objects.create_user("ole@ex.example", first_name="Ole", last_name="Ål", external_id="9901")
    applied(plan_of("41_leaver_no_email.csv"))
    assert not is_active("9901")
    assert User.objects.get(external_id="9901").email == "ole@ex.example"


# -- over time


def test_a_marriage_and_leavers_without_an_address_over_three_files(shops):
    imported("state_a1.csv")
    assert people() == told("""
        S1|Ada|One|ada.one@ex.example|…Vesterbro|Barista|active
        S2|Bo|Two|bo.two@ex.example|…Vesterbro|Barista|active
        S3|Cy|Three|cy.three@ex.example|…Vesterbro|Barista|active""")
    plan = plan_of("state_a2.csv")
    with pytest.raises(NotConfirmed) as stopped:
        apply_confirmed(plan, actor=None)
    assert stopped.value.change.sentences == ["2 of 3 active people would be deactivated."]
    assert [person[6] for person in people()] == ["active"] * 3
    apply_confirmed(plan, actor=None, typed=2)
    after = told("""
        S1|Ada|One-Married|ada.married@ex.example|…Nørreport|Shift lead|active
        S2|Bo|Two|bo.two@ex.example|…Vesterbro|Barista|gone
        S3|Cy|Three|cy.three@ex.example|…Vesterbro|Barista|gone""")
    assert people() == after
    plan = plan_of("state_a3.csv")
    assert (plan.changes_anything, plan.unchanged) == (False, 2)
    assert people() == after


def test_a_leaver_leaves_although_another_row_is_wrong(shops):
    imported("state_a1.csv")
    content = (FILES / "state_a2.csv").read_bytes().replace(b"ada.married@ex.example", b"nowhere")
    plan = plan_good_rows(io.BytesIO(content), "a2.csv", actor=None, choices=Choices(leaves_out_undecided=True))
    assert [(problem.line, problem.column) for problem in plan.rejected] == [(2, "Work email")]
    applied(plan)
    assert [is_active(identifier) for identifier in ("S1", "S2", "S3")] == [True, False, False]


def test_a_changed_address_changes_the_account_and_makes_no_second_one():
    imported("state_c1.csv")
    assert imported("state_c2.csv")["addresses"] == 1
    assert people() == told("01103|Bob|Smith|bob.jones@ex.example|||active")


def test_zeros_that_a_spreadsheet_lost_are_asked_and_the_same_person_is_one_account():
    imported("state_zero.csv")
    plan = plan_of("state_zero2.csv")
    [question] = plan.questions
    assert question.sentence == (
        "71 Lin Yew lin.new@ex.example looks like 00071 Lin Yew lin@ex.example "
        "(the same HR identifier, but for leading zeros). The same person?"
    )
    assert [value for value, _label in question.choices] == ["00071", NOBODY]
    assert (plan.creations, plan.updates) == ([], [])
    imported("state_zero2.csv", {"person:71": "00071"})
    assert people() == told("71|Lin|Yew|lin.new@ex.example|||active")
    same = Choices(same={"71": "00071"})
    assert plan_of("state_zero2.csv", same).unchanged == 1


def test_zeros_that_a_spreadsheet_lost_may_be_another_person():
    imported("state_zero.csv")
    imported("state_zero2.csv", {"person:71": NOBODY})
    assert people() == told("""
        00071|Lin|Yew|lin@ex.example|||active
        71|Lin|Yew|lin.new@ex.example|||active""")


def test_a_new_column_of_identifiers_is_asked_and_joined():
    imported("state_m1.csv")
    plan = plan_of("state_m2.csv")
    assert asked(plan) == [("person", "E-9001")]
    assert "(the same address, with another HR identifier)" in plan.questions[0].sentence
    imported("state_m2.csv", {"person:E-9001": "jbrew"})
    assert people() == told("E-9001|Jo|Brew|jo.brew@ex.example|||active")


def test_nobody_else_can_be_made_with_an_address_that_is_taken():
    imported("state_m1.csv")
    plan = plan_of("state_m2.csv", Choices(same={"E-9001": NOBODY}))
    message = "This is the address of somebody else: Jo Brew, HR identifier jbrew."
    assert [problem.message for problem in plan.problems] == [message]


def test_somebody_who_comes_back_is_asked_and_gets_their_account_again(shops):
    imported("state_a1.csv")
    applied(plan_of("state_a2.csv"))
    [question] = plan_of("state_rehire.csv").questions
    assert "S2 Bo Two bo.two@ex.example, deactivated" in question.sentence
    imported("state_rehire.csv", {"person:S2-NEW": "S2"})
    assert who("S2-NEW") == told("S2-NEW|Bo|Two|bo.two@ex.example|…Vesterbro|Barista|active")[0]
    assert len(people()) == 3


def test_a_mailbox_that_two_people_share_is_a_problem_that_says_what_to_do():
    plan = plan_of("state_shared.csv")
    assert [str(problem) for problem in plan.problems] == [
        "Line 3, Work email: “vesterbro.shop@ex.example” is in line 2 already. "
        "Everybody needs an address of their own, because it is where a password is reset."
    ]


def test_typing_errors_are_asked_and_mean_what_is_there_already(shops):
    imported("state_a1.csv")
    JobProfile.objects.create(name="Shift lead")
    plan = plan_of("state_typo.csv")
    assert asked(plan) == [("department", "Nørreprt"), ("job_profile", "Barrista")]
    assert [value for value, _label in plan.questions[0].choices] == ["Harbour Coffee / Copenhagen / Nørreport", "new"]
    imported(
        "state_typo.csv",
        {"department:Nørreprt": "Harbour Coffee / Copenhagen / Nørreport", "job_profile:Barrista": "Barista"},
    )
    assert who("S1") == told("S1|Ada|One-Married|ada.married@ex.example|…Nørreport|Barista|active")[0]
    assert set(JobProfile.objects.values_list("name", flat=True)) == {"Barista", "Shift lead"}
    assert not Department.objects.filter(name="Nørreprt").exists()
