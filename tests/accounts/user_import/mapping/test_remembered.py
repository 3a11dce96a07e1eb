"""Remembered mappings: what was said about a file counts for the next one of its shape."""

import pytest

from accounts.models import FileShape
from accounts.user_import.applying.apply import finished
from accounts.user_import.confirm import fingerprint, import_steps
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.mapping import Mapping, shape_of
from accounts.user_import.mapping.remembered import mapping_of, remember
from accounts.user_import.planning.choices import Choices
from audit import log
from tests.support.hr_cases import answered, asked
from tests.support.import_files import planned, rows

pytestmark = pytest.mark.django_db

HEADINGS = ["Employee ID", "First name", "E-mail", "Wxyz"]
CONTENT = rows("1,Ann,ann@harbour.example,Terminated", "2,Bo,bo@harbour.example,Sort of", heading=",".join(HEADINGS))


def test_what_was_said_once_is_not_asked_again(hanne):
    assert asked(planned(CONTENT)) == [("column", "Wxyz")]
    choices = answered(planned(CONTENT), {"column:Wxyz": "status"})
    plan = planned(CONTENT, choices=choices, actor=hanne)
    assert asked(plan) == [("status", "sortof")]
    choices = answered(plan, {"status:sortof": "active"}, choices)
    plan = planned(CONTENT, choices=choices, actor=hanne)
    finished(import_steps(plan, actor=hanne, seen=fingerprint(plan)))
    assert FileShape.objects.get().changed_by == hanne
    again = planned(CONTENT)
    assert (again.questions, again.unchanged) == ([], 2)
    other_order = rows("Terminated,ann@harbour.example,Ann,1", heading=",".join(reversed(HEADINGS)))
    assert (planned(other_order).questions, planned(other_order).unchanged) == ([], 1)


def test_a_file_of_another_shape_is_asked():
    with log.recording():
        remember(HEADINGS, Mapping(columns={"Wxyz": Field.UNUSED}), actor=None)
    assert mapping_of(HEADINGS).columns == {"Wxyz": Field.UNUSED}
    assert mapping_of([*HEADINGS, "More"]) == Mapping()


def test_what_is_said_of_this_file_counts_more_than_what_is_remembered():
    with log.recording():
        remember(HEADINGS, Mapping(statuses={"sortof": "active"}), actor=None)
    assert asked(planned(CONTENT, choices=Choices(mapping=Mapping()))) == [("column", "Wxyz")]


@pytest.mark.parametrize("stored", [{"version": 2, "columns": {"Wxyz": "unused"}}, {}, [], "x", {"version": 1, "a": 1}])
def test_a_mapping_that_another_version_wrote_is_asked_again(stored):
    FileShape.objects.create(shape=shape_of(HEADINGS), mapping=stored)
    assert mapping_of(HEADINGS) == Mapping()
    assert asked(planned(CONTENT)) == [("column", "Wxyz")]


def test_the_last_thing_said_counts(hanne):
    with log.recording():
        remember(HEADINGS, Mapping(statuses={"x": "active"}), actor=None)
    with log.recording():
        remember(HEADINGS, Mapping(statuses={"x": "inactive"}), actor=hanne)
    assert mapping_of(HEADINGS).statuses == {"x": "inactive"}
    assert FileShape.objects.count() == 1
