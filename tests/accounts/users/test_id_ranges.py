"""Which people an export held is kept in few characters, and is found again exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.users.id_ranges import compact, contains, members

pytestmark = pytest.mark.once  # no database has a say in it


@given(st.sets(st.integers(min_value=1, max_value=60)))
def test_every_id_is_found_again_and_no_other(ids):
    text, count = compact(sorted(ids))
    assert count == len(ids)
    assert list(members(text)) == sorted(ids)
    assert {number for number in range(62) if contains(text, number)} == ids


def test_neighbours_are_one_range():
    assert compact([1, 2, 3, 5, 7, 8]) == ("1-3,5,7-8", 6)
    assert compact([]) == ("", 0)
    assert compact(range(1, 100_001)) == ("1-100000", 100_000)


def test_the_worst_of_a_hundred_thousand_people_is_a_text_of_few_kilobytes_per_thousand():
    text, count = compact(range(1, 200_001, 2))
    assert count == 100_000
    assert len(text) < 7 * count
    assert contains(text, 199_999)
    assert not contains(text, 199_998)


@pytest.mark.parametrize("text", ["x", "1-x", "-", "1,,3"])
def test_a_text_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="invalid literal"):
        contains(text, 2)
