"""What was changed in Lena's place, in sentences for her."""

import pytest
from django.apps import apps

from learning.changes_told import SENTENCES, changes_told

pytestmark = pytest.mark.django_db


def test_every_model_that_has_a_sentence_exists():
    assert all(apps.get_model(label)._meta.label_lower == label for label in SENTENCES)


@pytest.mark.parametrize(
    ("model", "before", "after", "expected"),
    [
        ("learning.registration", None, {}, "Registered you for Ovens"),
        ("learning.registration", {}, None, "Cancelled your registration for Ovens"),
        ("learning.waitingentry", None, {}, "Put you on the waiting list of Ovens"),
        ("learning.waitingentry", {}, None, "Took you off the waiting list of Ovens"),
        ("learning.moduleprogress", None, {}, "Began Ovens"),
        ("learning.moduleprogress", {}, {"submitted_at": "2026-11-01"}, "Submitted Ovens"),
        ("learning.moduleprogress", {}, {"tries_used": 1}, "Changed your progress in Ovens"),
        ("learning.moduleprogress", {}, None, "Took back your progress in Ovens"),
        ("learning.earliersubmission", None, {}, "Opened Ovens again, and kept what you had submitted"),
    ],
)
def test_a_change_is_one_sentence(lena, model, before, after, expected):
    rows = [row if row is None else row | {"user_id": lena.pk} for row in (before, after)]
    detail = {"model": model, "about": "Ovens", "before": rows[0], "after": rows[1]}
    assert changes_told(lena, {7: detail})[7].sentence == expected


@pytest.mark.parametrize(
    "detail",
    [
        None,
        {},
        {"model": "learning.registration", "before": None, "after": {}},
        {"model": ["learning.registration"], "about": "Ovens"},
        {"model": "gone.model", "about": "Ovens"},
    ],
    ids=["erased", "empty", "about nothing", "list", "unknown"],
)
def test_what_has_no_sentence_is_left_to_the_general_words(lena, detail):
    assert changes_told(lena, {7: detail}) == {}


@pytest.mark.parametrize(
    ("model", "before", "after", "expected"),
    [
        ("learning.registration", {"user_id": 0}, None, "Took back a place at Ovens that no longer counted"),
        ("learning.registration", None, {"user_id": 0}, "Passed a place at Ovens on to the next who waited"),
        ("learning.registration", None, "text", "Passed a place at Ovens on to the next who waited"),
        ("learning.waitingentry", {"user_id": 0}, None, "Moved up the waiting list of Ovens"),
    ],
)
def test_what_happened_to_others_names_nobody(lena, model, before, after, expected):
    detail = {"model": model, "about": "Ovens", "before": before, "after": after}
    assert changes_told(lena, {7: detail})[7].sentence == expected
