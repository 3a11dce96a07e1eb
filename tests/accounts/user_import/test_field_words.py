"""Values of a user as the pages of an import write them."""

import pytest

from accounts.user_import.field_words import in_words, label


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("language", "da", "Dansk"),
        ("language", "sv", "sv"),  # no longer offered
        ("is_active", False, "no"),
        ("is_active", None, "–"),
        ("first_name", "", "–"),
        ("time_zone", "Europe/Copenhagen", "Europe/Copenhagen"),
    ],
)
def test_a_value_is_written_as_people_write_it(field, value, said):
    assert in_words(field, value) == said


def test_a_field_has_its_name_on_pages_and_another_text_stays():
    assert (label("time_zone"), label("Line 3")) == ("Time zone", "Line 3")
