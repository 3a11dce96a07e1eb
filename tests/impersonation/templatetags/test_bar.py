"""Names in the sentences of the bar."""

import pytest

from impersonation.templatetags.bar import filled_in


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"name": "Lena"}, "In <strong><bdi>Lena</bdi></strong>'s account"),
        ({"name": "<b>'"}, "In <strong><bdi>&lt;b&gt;&#x27;</bdi></strong>'s account"),
        ({"name": "{minutes}", "other": "1"}, "In <strong><bdi>{minutes}</bdi></strong>'s account"),
    ],
)
def test_a_name_is_escaped_and_isolated(names, said):
    assert filled_in("In <strong>{name}</strong>'s account", **names) == said


def test_minutes_can_be_counted_down():
    assert filled_in("{minutes} min left", minutes=14) == "<span data-minutes>14</span> min left"
