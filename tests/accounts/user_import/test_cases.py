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

pytestmark = pytest.mark.django_db

# Who comes of each file: HR identifier|first name|last name|e-mail|department|job profile|active, gone or nothing.
PEOPLE = {
    "03_canvas_users.csv": """
        01103|Bob|Smith|bob.smith@ex.example|||active
        13834|John|Doe|john.doe@ex.example|||gone
        13aa3|Peggy|Sue|peggy.sue@ex.example|||gone""",
    "06_oneroster12_users.csv": """
        u-78001|Ivy|Grind|ivy.grind@ex.example|||active
        u-78002|Jo|Tamp|jo.tamp@ex.example|||gone""",
    "09_totara_two_jobs.csv": """
        T-10|Nia|Pour|nia.pour@ex.example|HC-VES|BAR|""",
    "15_cornerstone_user.csv": """
        C900|Xia|Rye|xia.rye@ex.example|DIV-12|POS-3|active
        C901|Yan|Fig|yan.fig@ex.example|DIV-12|POS-4|gone""",
    "16_successfactors_udf.csv": """
        sf100|Zoe|Plum|zoe.plum@ex.example|…Vesterbro|Barista|active
        sf101|Abe|Kiwi|abe.kiwi@ex.example|…Vesterbro|Barista|gone""",
    "17_sf_learning_stud.txt": """
        sl1|Bea|Lime|bea.lime@ex.example|VES|BAR|active""",
    "18_workday_report.csv": """
        W-1|Cy|Date|cy.date@ex.example|Vesterbro Baristas|Barista|active
        W-2|Di|Fern|di.fern@ex.example|Vesterbro Baristas|Barista|active
        W-3|Ed|Gum|ed.gum@ex.example|Vesterbro Baristas|Barista|gone""",
    "19_bamboohr.csv": """
        501|Eve|Gold|eve.gold@ex.example|…Vesterbro|Barista|active
        502|Fay|Husk|fay.husk@ex.example|…Vesterbro|Barista|active
        503|Gil|Iris|gil.iris@ex.example|…Vesterbro|Barista|gone""",
    "20_personio_de.csv": """
        1001|Jörg|Straßer|joerg.strasser@ex.example|…Vesterbro|Barista|active
        1002|Käthe|Müller|kaethe.mueller@ex.example|…Vesterbro|Barista|gone
        1003|Lutz|Öhm|lutz.oehm@ex.example|…Vesterbro|Barista|active""",
    "21_hibob.csv": """
        3210001|Mia|Jade|mia.jade@ex.example|…Vesterbro|Barista|active
        3210002|Ned|Kelp|ned.kelp@ex.example|…Vesterbro|Barista|gone
        3210003|Oda|Loaf|oda.loaf@ex.example|…Vesterbro|Barista|gone""",
    "23_entra_bulk_create.csv": """
        E-1|Tia|Pear|tia.pear@ex.example|…Vesterbro|Barista|active
        E-2|Ulf|Quid|ulf.quid@ex.example|…Vesterbro|Barista|gone""",
    "24_entra_export.csv": """
        8f0c|Val|Rice|val.rice@ex.example|…Vesterbro|Barista|active
        8f0d|Wil|Sago|wil.sago@ex.example|…Vesterbro|Barista|gone""",
    "25_google_users.csv": """
        G-1|Xan|Taro|xan.taro@ex.example|…Vesterbro|Barista|active
        G-2|Yve|Ugli|yve.ugli@ex.example|…Vesterbro|Barista|gone""",
    "27_ad_csvde.csv": """
        AD-1|Al|Wasa|al.wasa@ex.example|…Vesterbro|Barista|active
        AD-2|Bo|Yam|bo.yam@ex.example|…Vesterbro|Barista|gone""",
    "30_sap_alv_text.txt": """
        00012347|Ute|Falk|ute.falk@ex.example|…Vesterbro||""",
    "31_danish_hr_cp1252.csv": """
        0071|Åse|Østergård|aase@ex.example|…Nørreport|Barista|active
        0072|Bjørn|Kjær|bjoern@ex.example|…Nørreport|Barista|gone
        0073|Cæcilie|Gøg|caecilie@ex.example|…Nørreport|Barista|""",
    "32_excel_unicode_text.txt": """
        9101|Ebbe|Åkær|ebbe@ex.example|…Vesterbro|Barista|active""",
    "34_title_rows_above.csv": """
        9301|Hal|Tu|hal@ex.example|…Vesterbro|Barista|""",
    "38_header_variants_de.csv": """
        9601|Leo|Ypsi|leo@ex.example|…Vesterbro|Barista|active""",
    "40_pipe.csv": """
        9801|Nis|Ærø|nis@ex.example|…Vesterbro||""",
    "41_leaver_no_email.csv": """
        9902|Pil|Bo|pil@ex.example|…Vesterbro||active""",
    "43_mac_roman_cr.csv": """
        9921|Søs|Dø|soes@ex.example|||""",
    "47_mixed_encoding.csv": """
        9961|Søren|Å|soren@ex.example|||
        9962|Jørn|Ø|jorn@ex.example|||""",
    "49_scim_like_status.csv": """
        9981|Fox|Re|fox@ex.example|||gone
        9982|Gus|So|gus@ex.example|||gone
        9983|Hue|Ti|hue@ex.example|||active
        9984|Ira|Un|ira@ex.example|||gone
        9985|Jax|Vo|jax@ex.example|||active""",
    "52_xlsx_merged_title.xlsx": """
        8002|Max|Zed|max.z@ex.example|…Vesterbro|Barista|active""",
    "54_xlsx_cover_sheet_first.xlsx": """
        8004|Ova|Bay|ova@ex.example|…Vesterbro|Barista|active""",
    "63_workday_supervisory_parens.csv": """
        8201|Zan|Key|zan@ex.example|Food / Beverage R&D|Barista|
        8202|Abi|Low|abi@ex.example|Sales / Marketing|Barista|""",
}
# What a person answers to the questions of a file, in their order.
ANSWERS = {
    "20_personio_de.csv": {"status:elternzeit": "active"},
    "21_hibob.csv": {"status:gardenleave": "inactive"},
    "31_danish_hr_cp1252.csv": {"status:barsel": "keep"},
    "49_scim_like_status.csv": {
        "status:preboarding": "inactive",
        "status:withdrawn": "inactive",
        "status:a": "active",
        "status:t": "inactive",
        "status:regular": "active",
    },
}
REFUSED = {"60_html_as_xls.xls"}


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
    assert (again.changes_anything, again.unchanged) == (False, counts["created"])


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
        "Line 3, Work email: “vesterbro.shop@ex.example” stands in line 2 already. "
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
