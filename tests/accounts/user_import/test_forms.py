"""The forms of the columns and of the answers: what each offers, refuses, and hands on."""

import io

import pytest

from accounts.models import FileShape
from accounts.user_import.forms import EVERYBODY, GROUPS, OUT, SOME, AnswersForm, ColumnsForm, effect_of, name_of
from accounts.user_import.mapping.columns import Columns, recognise
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.mapping import MEANINGS, Mapping, shape_of
from accounts.user_import.mapping.remembered import remember
from accounts.user_import.planning.choices import NOBODY, Choices
from accounts.user_import.planning.column_questions import OFFERED
from accounts.user_import.planning.plan import Plan
from accounts.user_import.planning.questions import Kind, Question
from accounts.user_import.reading.table import open_table
from audit import log
from tests.support.import_files import planned, workbook

pytestmark = pytest.mark.django_db
HEADINGS = ["Personalnummer", "Vorname", "Nachname", "E-Mail", "", "Freigabe", "Bemerkung"]
PERSON = ["00071", "Lena", "Sørensen", "lena@harbour.example", "x", "inaktiv", "neu"]


def table(headings=HEADINGS, person=PERSON):
    opened = open_table(io.BytesIO(workbook(headings, person)), "people.xlsx", recognise=recognise)
    opened.lines.close()
    return opened


def form(data=None, choices=None, **parts):
    return ColumnsForm(data, table=table(**parts), choices=choices or Choices())


def sent(change=(), choices=None, **parts):
    """Return the form as it is offered, with "Freigabe" declined, and these changes by heading."""
    shown = form(choices=choices, **parts)
    names = {bound.label: bound.html_name for bound in shown}
    data = {bound.html_name: bound.initial for bound in shown if bound.initial not in (None, False)}
    data |= {names.get("Freigabe", "none"): "unused"}
    return form(data | {names.get(label, label): value for label, value in dict(change).items()}, choices, **parts)


def errors(bound):
    labels = {field.html_name: field.label for field in bound}
    return {labels.get(name, ""): list(said) for name, said in bound.errors.items()}


def test_every_field_is_offered_once_and_not_used_comes_first():
    grouped = [field for _name, fields in GROUPS for field in fields]
    assert sorted([*grouped, Field.UNUSED]) == sorted(Field)
    assert form()["column_0"].field.choices[0] == ("unused", "Not used")


def test_it_begins_with_what_the_headings_let_one_expect():
    shown = {bound.label: bound.initial for bound in form() if bound.name.startswith("column")}
    assert shown == {
        "Personalnummer": "external_id", "Vorname": "first_name", "Nachname": "last_name", "E-Mail": "email",
        "Freigabe": "", "Bemerkung": "unused",
    }  # fmt: skip


def test_a_column_without_a_heading_is_shown_and_cannot_be_chosen():
    row = list(form().rows())[4]
    assert (row.field, row.number, row.samples, row.is_doubtful) == (None, 5, ["x"], False)
    bound = sent({"column_4": "department"})
    assert bound.is_valid()
    assert set(bound.decided().mapping.columns) == set(HEADINGS) - {""}


def test_a_column_without_heading_and_values_is_not_shown():
    person = [*PERSON[:4], "", *PERSON[5:]]
    assert [row.number for row in form(person=person).rows()] == [1, 2, 3, 4, 6, 7]


def test_what_looks_like_a_status_has_to_be_said_or_declined():
    assert [row.number for row in form().rows() if row.is_doubtful] == [6]
    assert errors(sent({"Freigabe": ""})) == {"Freigabe": ["This looks like a status: say what it is, or “Not used”."]}
    assert sent().is_valid()
    assert sent({"Freigabe": "active"}).is_valid()


def test_each_field_but_those_of_a_status_can_be_one_column():
    bound = sent({"Nachname": "first_name", "Bemerkung": "first_name"})
    message = "“First name” can be one column only: “Vorname” is it already."
    assert errors(bound) == {"Nachname": [message], "Bemerkung": [message]}
    assert sent({"Freigabe": "inactive", "Bemerkung": "inactive"}).is_valid()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"E-Mail": "unused"}, "Say which column is the email address."),
        ({"Vorname": "unused"}, "Say which column is the first name, or the whole name."),
    ],
)
def test_an_address_and_a_name_are_needed(change, sentence):
    assert errors(sent(change)) == {"": [sentence]}
    assert sent({"Vorname": "name", "Nachname": "unused"}).is_valid()


@pytest.mark.parametrize(("label", "value"), [("Vorname", "password"), ("lists", "nobody"), ("lists", "")])
def test_what_is_not_offered_is_refused(label, value):
    assert not sent({label: value}).is_valid()


def test_what_is_said_is_handed_on():
    bound = sent({"Bemerkung": "department", "has_paths": "", "lists": EVERYBODY})
    assert bound.is_valid()
    choices = bound.decided()
    assert choices.mapping.columns["Bemerkung"] is Field.DEPARTMENT
    assert (choices.mapping.has_paths, choices.deactivates_absent) == (False, True)
    assert choices.mapping.layout == table().layout
    again = form(choices=choices)
    assert (again.initial["has_paths"], again.initial["lists"]) == (False, EVERYBODY)
    assert form().initial == {"has_paths": True, "lists": SOME}


def test_it_begins_with_what_was_said_about_an_earlier_file_or_else_about_this_one(hanne):
    said = Mapping({"Vorname": Field.NAME, "E-Mail": Field.EMAIL}, {"barsel": "keep"}, has_paths=False)
    with log.recording():
        remember(HEADINGS, said, actor=hanne)
    shown = form()
    assert (shown.remembered.changed_by, shown["column_1"].initial, shown.initial["has_paths"]) == (
        hanne,
        "name",
        False,
    )
    bound = sent()
    assert bound.is_valid()
    assert bound.decided().mapping.statuses == {"barsel": "keep"}
    mine = form(choices=Choices(mapping=Mapping({"Vorname": Field.LAST_NAME})))
    assert (mine.remembered, mine["column_1"].initial) == (None, "last_name")


def test_what_another_version_remembered_is_asked_again(hanne):
    FileShape.objects.create(shape=shape_of(HEADINGS), mapping={"version": 99}, changed_by=hanne)
    assert form()["column_1"].initial == "first_name"


def asking(*questions):
    plan = Plan()
    plan.questions += questions
    return plan


def question(kind, key, *values):
    return Question(kind, key, "Status", f"About {key}?", [(value, value) for value in values], [2])


def columns():
    return Columns(["Vorname", "E-Mail", "Freigabe"], 1)


def decided(pairs, choices=None):
    """Return the choices after these questions were answered, each with its value ("" leaves it open)."""
    data = {name_of(asked): value for asked, value in pairs if value}
    bound = AnswersForm(data, plan=asking(*(asked for asked, _value in pairs)))
    assert bound.is_valid(), bound.errors
    return bound.decided(choices or Choices(), columns())


def test_without_any_answer_nothing_is_saved():
    bound = AnswersForm({}, plan=asking(question(Kind.STATUS, "barsel", "keep")))
    assert bound.non_field_errors() == ["Nothing is changed yet: choose an answer first."]


def test_an_answer_that_is_not_offered_is_refused_at_its_question():
    asked = question(Kind.PERSON, "00071", "M-1", NOBODY)
    bound = AnswersForm({name_of(asked): "O-1"}, plan=asking(asked))
    assert list(bound.errors) == [name_of(asked)]


def test_each_answer_goes_where_it_counts_and_open_questions_stay_open():
    choices = decided([
        (question(Kind.STATUS, "barsel", *MEANINGS), "keep"),
        (question(Kind.STATUS, "ruhend", *MEANINGS), ""),
        (question(Kind.DEPARTMENT, "nørreprt", "Nørreport", "new"), "Nørreport"),
        (question(Kind.JOB_PROFILE, "barrista", "Barista", "new"), "new"),
        (question(Kind.PERSON, "00071", "M-1", NOBODY), "M-1"),
        (question(Kind.PERSON, "00072", "M-2", NOBODY), OUT),
        (question(Kind.PEOPLE, "addresses", "same", "single"), "single"),
    ])  # fmt: skip
    mapping = choices.mapping
    assert (mapping.statuses, mapping.departments) == ({"barsel": "keep"}, {"nørreprt": "Nørreport"})
    assert (mapping.job_profiles, choices.same) == ({"barrista": "new"}, {"00071": "M-1"})
    assert (choices.left_out, choices.same_addresses) == ({"person:00072"}, False)


def test_earlier_answers_stay():
    first = decided([(question(Kind.STATUS, "barsel", "keep"), "keep")])
    second = decided([(question(Kind.STATUS, "ruhend", "inactive"), "inactive")], first)
    assert second.mapping.statuses == {"barsel": "keep", "ruhend": "inactive"}


def test_an_answer_about_one_column_leaves_the_others_as_their_headings_say():
    choices = decided([(question(Kind.COLUMN, "Freigabe", *OFFERED), "unused")])
    assert choices.mapping.columns == {
        "Vorname": Field.FIRST_NAME, "E-Mail": Field.EMAIL, "Freigabe": Field.UNUSED,
    }  # fmt: skip


def test_only_rows_can_be_left_out():
    offered = {
        kind: OUT in dict(AnswersForm(plan=asking(asked := question(kind, "x"))).fields[name_of(asked)].choices)
        for kind in Kind
    }
    assert offered == {kind: kind is not Kind.COLUMN for kind in Kind}


def test_a_question_is_answered_under_a_name_that_no_browser_changes():
    names = {name_of(question(Kind.DEPARTMENT, key)) for key in ("A\nB", "A\r\nB", "A B", "\ud83d")}
    assert len(names) == 4
    assert all(name.isascii() and name.replace("_", "").isalnum() for name in names)


def test_each_answer_says_what_it_does():
    for kind, values in ((Kind.STATUS, MEANINGS), (Kind.COLUMN, OFFERED), (Kind.PERSON, ("M-1", NOBODY, OUT))):
        said = [effect_of(question(kind, "x"), value) for value in values]
        assert all(said), kind
        assert len(set(said)) == len(values)
    assert effect_of(question(Kind.DEPARTMENT, "x"), "Nørreport") == ""


def test_the_questions_of_a_real_file_are_all_on_the_page(lena):
    content = (
        f"First name,Last name,Email,Status\nLena,Sørensen,{lena.email},Barsel\nMax,Kjær,m@harbour.example,Ruhend\n"
    )
    plan = planned(content)
    bound = AnswersForm(plan=plan)
    assert [asked.key for asked, _field, _answers in bound.rows()] == ["barsel", "ruhend"]
