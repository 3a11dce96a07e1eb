"""What was there before and after, as the auditor reads it: one row for each field, in words."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.utils import timezone, translation

from audit.changed_fields import MODELS, ChangedField, changed_fields, duration, in_words, moment
from audit.kinds import Kind
from audit.reading import LONGEST_VALUE

STRANGE = [
    None, True, 0, 1.5, "text", "", [], {}, [1, None, {"a": [True]}], {"a": {"b": "<b>"}}, "9999-99-99", {"": None},
    "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-12:00", {"value": {"x": 1}}, "x" * 5_000,
]  # fmt: skip


def rows(kind, **detail):
    return changed_fields(SimpleNamespace(kind=kind), detail)


def test_fields_have_the_labels_of_their_model_and_values_are_words():
    assert rows(
        "user.changed",
        before={"language": "en", "department": None, "is_active": True},
        after={"language": "da", "department": "Nørreport", "is_active": False},
    ) == [
        ChangedField("Language", "English", "Dansk"),
        ChangedField("Department", "–", "Nørreport"),
        ChangedField("Active", "yes", "no"),
    ]


def test_a_row_that_came_or_went_has_every_field_and_an_empty_side():
    row = {"user_id": 7, "event_id": 3, "registered_at": "2026-11-26T09:05:00Z"}
    came = rows("assumed_session.changed", model="learning.registration", before=None, after=row)
    assert came[1:] == [ChangedField("Event", "–", "3"), ChangedField("Registered", "–", "26 Nov 2026, 10:05")]
    went = rows("assumed_session.changed", model="learning.registration", before=row, after=None)
    assert [(each.before, each.after) for each in went] == [(each.after, each.before) for each in came]


def test_what_a_content_creator_changed_is_read_with_the_types_of_its_fields():
    before = {"is_published": None, "valid_for": "604800.0", "audience": [], "starts_at": "2026-11-26T09:05:00+00:00"}
    after = {"is_published": "yes", "valid_for": None, "audience": ["Everyone", "Barista"], "starts_at": None}
    said = {field.label: (field.before, field.after) for field in rows("content.changed", before=before, after=after)}
    assert said == {
        "Published": ("no", "yes"), "Valid for": ("7 days", "–"), "Audience": ("–", "Everyone, Barista"),
        "Starts": ("26 Nov 2026, 10:05", "–"),
    }  # fmt: skip


def test_a_choice_of_the_company_settings_is_named():
    [field] = rows("organisation.settings_changed", before={"default_mode": "look_only"}, after={"default_mode": "act"})
    assert (field.label, field.before, field.after) == (
        "Mode that is preselected where both are allowed", "Look only", "Act",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "before", "after", "row"),
    [
        ("permission_type.assigned", ["Support"], ["Owner", "A"], ("Permission types", "Support", "Owner, A")),
        ("user.protection_changed", False, True, ("Protected", "no", "yes")),
        ("kind.of_tomorrow", "a", ["b"], ("Value", "a", "b")),
        ("kind.of_tomorrow", {"a": 1}, ["b"], ("Value", "A: 1", "b")),
    ],
)  # fmt: skip
def test_a_value_without_a_field_has_a_name_all_the_same(kind, before, after, row):
    assert rows(kind, before=before, after=after) == [ChangedField(*row)]


def test_an_answer_is_read_with_the_choices_that_its_event_names():
    asked = {"number": 1, "title": "How hot?", "kind": "single_choice", "choices": {"5": "65 °C"}}
    said = {"model": "learning.answer", "before": {"value": 4}, "after": {"value": 5}}
    assert rows("assumed_session.changed", **said, asked=asked) == [
        ChangedField("Answer", "a choice that no longer exists", "65 °C")
    ]
    assert rows("assumed_session.changed", **said) == [ChangedField("Answer", "4", "5")]


def test_days_are_written_in_the_language_and_the_time_zone_of_the_reader():
    with translation.override("de"), timezone.override("America/New_York"):
        assert in_words("2026-11-26T03:05:00Z") == "25. Nov. 2026, 22:05\u00a0Uhr"
        assert in_words("2026-11-26") == "26. November 2026"
    assert moment("2026-11-26T03:05") == "26 Nov 2026, 03:05"
    for text in ("2026-11-26 is the day", "9999-99-99", "2026-13-45T10:00Z", "9999-12-31T23:59:59-12:00"):
        assert moment(text) == text
    assert [duration(value) for value in ("86400.0", "129600", "soon", None)] == ["1 day", "1.5 days", "soon", "None"]


def test_a_long_value_is_cut_and_its_length_said():
    [field] = rows("user.changed", before={"a": ""}, after={"a": "x" * 5_000})
    assert field.after.startswith("x" * LONGEST_VALUE)
    assert field.after.endswith("… (5000 characters)")


def test_an_event_without_before_and_after_has_no_table():
    assert rows("access.checked", item="module-1") == []
    assert rows("user.changed", before=None, after=None) == []


@pytest.mark.parametrize("kind", [*Kind, "kind.of_tomorrow", ""])
def test_any_event_has_rows_of_text(kind):
    for model in (None, "learning.answer", "gone.model", "x", ["list"]):
        for before in STRANGE:
            for after in STRANGE:
                for wrap in (lambda value: value, lambda value: {"value": value, "is_published": value, "x": value}):
                    found = rows(kind, model=model, before=wrap(before), after=wrap(after), asked=after)
                    texts = [text for field in found for text in (field.before, field.after)]
                    assert all(isinstance(text, str) and text for text in texts)


def test_every_model_that_names_fields_exists():
    assert all(apps.get_model(label) for labels in MODELS.values() for label in labels)


def test_a_code_and_the_model_behind_a_key_are_named_in_the_readers_language():
    with translation.override("de"):
        [mode] = rows("assumed_session.mode_changed", before={"mode": "look_only"}, after={"mode": "act"})
        row = {"user_id": 7}
        [user] = rows("assumed_session.changed", model="learning.registration", before=None, after=row)
    assert mode == ChangedField("Modus", "Nur ansehen", "Handeln")
    assert (user.label, user.after) == ("Person", "7")
