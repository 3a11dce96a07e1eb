"""Exports of other systems: each is recognised by its shape, and its people are read as they are."""

import pytest

from accounts.user_import.mapping.columns import Columns, expected, recognise
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.systems import SYSTEMS, recognised
from tests.accounts.user_import.mapping.system_files import FILES

pytestmark = pytest.mark.once  # no database has a say in it
each_file = pytest.mark.parametrize("file", FILES.values(), ids=FILES)


@each_file
def test_a_system_is_recognised_by_the_shape_of_its_file(file):
    columns = Columns(file.headings, 1)
    assert columns.system == file.system
    assert columns.problems() == []


@each_file
def test_each_column_of_a_system_is_what_it_is(file):
    columns = Columns(file.headings, 1)
    read = zip(columns.headings, columns.fields, strict=True)
    assert {heading: field for heading, field in read if field is not Field.UNUSED} == file.fields
    assert recognise(file.headings) >= 4


def test_every_system_has_a_file():
    assert {system.name for system in SYSTEMS} == {file.system for file in FILES.values()}


def test_a_plain_list_is_of_no_system():
    assert Columns(["Employee ID", "First name", "Last name", "E-mail", "Department", "Status"], 1).system == ""
    assert Columns(["username", "firstname", "lastname", "email"], 1).system == ""
    assert recognised(set()) is None


def test_what_a_system_means_counts_before_what_a_heading_means_elsewhere():
    assert expected(["expiration_date"]) == [None]
    docebo = ["username", "firstname", "lastname", "email", "branch name path", "expiration_date"]
    assert expected(docebo)[-1] is Field.LAST_DAY
    assert expected(["Locked Out"]) == [None]
    assert expected(["sAMAccountName", "DistinguishedName", "LockedOut"])[-1] is Field.UNUSED
