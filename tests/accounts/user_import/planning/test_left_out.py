"""What a row that is left out still says about whose row it is."""

import pytest

from accounts.models import User
from accounts.user_import.planning.left_out import LeftOut, legible, without_zeros

pytestmark = pytest.mark.once  # no database has a say in it


def left_out(external_id="", address="", name="", others=()):
    rows = LeftOut()
    rows.add(external_id, address, name, others)
    return rows


@pytest.mark.parametrize(
    ("rows", "is_named", "may_be"),
    [
        (left_out(), False, False),
        (left_out("00071"), True, True),
        (left_out("71"), False, True),
        (left_out("0071"), False, True),
        (left_out("710"), False, False),
        (left_out(address="BO@harbour.example"), True, True),
        (left_out(others=["bo@harbour.example"]), True, True),
        (left_out(others=["00071"]), True, True),
        (left_out("A", "ann@harbour.example", "Bø DAM"), False, True),
        (left_out("A", "ann@harbour.example", "Bo Damm"), False, False),
    ],
)
def test_a_row_names_a_user_by_identifier_address_or_name(rows, is_named, may_be):
    assert rows.names_user("00071", "bo@harbour.example") is is_named
    assert rows.may_name_user("00071", "bo@harbour.example", "Bo Dam") is may_be


def test_a_user_without_an_identifier_is_named_by_no_empty_cell():
    assert not left_out("0", "", "").may_name_user(None, "bo@harbour.example", "Bo Dam")
    assert not left_out("", "", " ").names_user(None, "bo@harbour.example")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (left_out("B", "new@harbour.example"), True),
        (left_out("B", "BO@harbour.example"), False),
        (left_out("A", "new@harbour.example"), False),
        (left_out(), False),
    ],
)
def test_a_row_may_give_a_user_another_address(rows, expected):
    assert rows.readdresses(User(external_id="B", email="bo@harbour.example")) is expected


def test_damaged_cells_are_read_as_far_as_they_can_be():
    assert legible(" A\x0012\u200b  3 ") == "A 12 3"
    assert len(legible("x" * 9_000)) == 2_000
    assert [without_zeros(text) for text in ("007", "0A7", "000", "")] == ["7", "0A7", "0", ""]
