"""Names of staff as the company chooses, and words for what the log holds."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from impersonation.ledger.words import (
    change_line,
    changed_mode_line,
    changes,
    look_line,
    mode_line,
    read,
    rule_line,
    shown,
    staff_name,
)
from tests.support.assumed import log_in_as, sign_in
from tests.support.ledger import file_of, page_of
from tests.support.permission_setup import set_company

ERASED = "Something that was erased from the log"


def test_staff_is_named_as_the_company_chooses():
    assert staff_name({"name": "Sam Okafor"}, "A colleague", names_staff=True) == "Sam Okafor"
    assert staff_name({}, "A colleague", names_staff=True) == "A colleague"
    assert staff_name(None, "A colleague", names_staff=True) == "A colleague (the name was erased)"
    assert staff_name({"name": "Sam Okafor"}, "A colleague", names_staff=False) == "A colleague"
    assert staff_name(None, "A colleague", names_staff=False) == "A colleague"


@pytest.mark.django_db
def test_page_and_files_name_nobody_where_the_company_wants_it(client, sam, lena, catalogue):
    set_company(names_staff=False)
    log_in_as(client, sam, lena)
    client.get("/")
    sign_in(client, sam)
    page = page_of(lena)
    assert "a member of support" in page
    for told in (page, file_of(lena, "json"), file_of(lena, "csv")):
        assert "Okafor" not in told
        assert "Sam" not in told


def test_looks_are_named_by_the_page_and_the_title():
    assert look_line({"view": "module_detail", "title": "Food safety"}) == "Module · Food safety"
    assert look_line({"view": "dashboard", "title": ""}) == "Dashboard"
    assert look_line({"view": "page_of_tomorrow"}) == "A page"
    assert look_line(None) == ERASED


def test_changes_are_named_by_what_changed():
    row = {"model": "learning.answer", "table": "learning_answer", "before": {}, "after": {}, "about": "Food safety"}
    assert change_line(row) == "Answer changed · Food safety"
    assert change_line(row | {"before": None, "about": ""}) == "Answer added"
    assert change_line(row | {"after": None, "model": "gone.model"}) == "learning_answer removed · Food safety"
    assert change_line({}) == " added"
    assert change_line(None) == ERASED


def test_a_rule_and_a_mode_that_nobody_knows_have_words_too():
    assert rule_line("rule_of_tomorrow") == "something that is closed while somebody is in your account"
    assert mode_line({"mode": "mode_of_tomorrow"}) == ""
    assert mode_line(None) == "erased"


def test_values_are_shown_as_people_write_them():
    assert [shown(value) for value in (True, False, None, "", [], ["a", "b"], 3)] == [
        "yes", "no", "–", "–", "–", "a, b", "3",
    ]  # fmt: skip


def test_an_altered_text_is_shown_as_it_is():
    assert read("no JSON") == {"text": "no JSON"}
    assert read(None) is None


@pytest.mark.parametrize(
    ("modes", "said"),
    [
        ([], "Looked only: nothing could be changed"),
        (["act"], "Looked only until 10:00, then could change things"),
        (
            ["act", "look_only"],
            "Looked only until 10:00, then could change things until 11:00, then looked only",
        ),
    ],
)
def test_each_change_of_the_mode_is_told_with_its_time(modes, said):
    mode, before = mode_line({"mode": "look_only"}), "look_only"
    for hour, after in enumerate(modes, start=9):
        detail = {"before": {"mode": before}, "after": {"mode": after}}
        mode, before = changed_mode_line(mode, detail, datetime(2026, 11, 27, hour, tzinfo=UTC)), after
    assert mode == said


def test_a_change_of_the_mode_whose_detail_was_erased_is_told_all_the_same():
    said = changed_mode_line("Looked only: nothing could be changed", None, datetime(2026, 11, 27, 9, tzinfo=UTC))
    assert said == "Looked only until 10:00, then erased"


@pytest.mark.parametrize(
    ("mode", "after", "said"),
    [
        ("erased", "act", "erased until 10:00, then could change things"),
        ("", "look_only", "In a mode that this version can't name until 10:00, then looked only"),
        ("Looked only", "mode_of_tomorrow", "Looked only until 10:00, then in a mode that this version can't name"),
    ],
)
def test_a_mode_that_was_erased_or_that_nobody_knows_can_change_too(mode, after, said):
    detail = {"before": {"mode": "mode_of_tomorrow"}, "after": {"mode": after}}
    assert changed_mode_line(mode, detail, datetime(2026, 11, 27, 9, tzinfo=UTC)) == said


@pytest.mark.parametrize(
    ("reader", "said"),
    [("en", ("English", "German")), ("de", ("Englisch", "Deutsch")), ("da", ("engelsk", "tysk"))],
)
def test_a_changed_language_is_named_in_the_language_of_the_reader(reader, said):
    with translation.override(reader):
        [(_label, *values)] = changes({"before": {"language": "en"}, "after": {"language": "de"}})
    assert tuple(values) == said


def test_a_language_that_nobody_knows_and_a_time_zone_stay_as_they_are():
    before = {"language": "xx", "time_zone": "Europe/Berlin"}
    after = {"language": None, "time_zone": "Europe/Copenhagen"}
    assert [values for _label, *values in changes({"before": before, "after": after})] == [
        ["xx", "–"], ["Europe/Berlin", "Europe/Copenhagen"],
    ]  # fmt: skip


def test_a_changed_field_that_an_account_no_longer_has_keeps_its_stored_name():
    assert list(changes({"before": {"pager": "1"}, "after": {"pager": "2"}})) == [("pager", "1", "2")]
    assert list(changes({"before": {"answers": "1"}, "after": {"answers": "2"}})) == [("Answers", "1", "2")]
