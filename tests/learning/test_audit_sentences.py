"""What changes of learning mean in the audit log."""

import pytest
from django.apps import apps

from audit.sentences import CHANGES

NAMES = {"actor": "Sam", "target": "Lena", "about": "Ovens"}


def test_every_model_that_has_a_sentence_exists():
    assert all(apps.get_model(label)._meta.label_lower == label for label in CHANGES)


@pytest.mark.parametrize(
    ("model", "before", "after", "expected"),
    [
        ("learning.registration", None, {}, "Sam registered Lena for Ovens"),
        ("learning.registration", {}, None, "Sam cancelled Lena's registration for Ovens"),
        ("learning.registration", {}, {}, "Sam changed Lena's registration for Ovens"),
        ("learning.waitingentry", None, {}, "Sam put Lena on the waiting list of Ovens"),
        ("learning.waitingentry", {}, None, "Sam took Lena off the waiting list of Ovens"),
        ("learning.moduleprogress", None, {}, "Sam began Ovens for Lena"),
        ("learning.moduleprogress", {}, {"submitted_at": "2026-11-01"}, "Sam submitted Ovens for Lena"),
        ("learning.moduleprogress", {}, {"pages": 1}, "Sam changed Lena's progress in Ovens"),
        ("learning.moduleprogress", {}, None, "Sam took back Lena's progress in Ovens"),
        ("learning.answer", None, {}, "Sam answered a step of Ovens for Lena"),
        ("learning.answer", {}, None, "Sam removed an answer of Lena in Ovens"),
    ],
)
def test_a_change_is_one_sentence(model, before, after, expected):
    assert str(CHANGES[model]({"before": before, "after": after})) % NAMES == expected
