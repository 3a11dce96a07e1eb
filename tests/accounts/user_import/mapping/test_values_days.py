"""Days, languages and time zones: each is read in the spellings of seven languages and of systems."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.user_import.mapping.values import (
    days,
    is_employed,
    is_enabled,
    is_salutation,
    is_yes,
    language_code,
    looks_like_status,
    time_zone_name,
)

pytestmark = pytest.mark.once  # no database has a say in it
DAY = datetime.date(2026, 10, 31)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-10-31", "2026/10/31", "2026.10.31", "31.10.2026", "31/10/2026", "10/31/2026", "31-10-2026", "31.10.26"),
        *("2026-10-31 00:00:00", "2026-10-31T23:59:59.000Z", "2026-10-31T08:00:00+02:00", "10/31/2026 12:00:00 AM"),
        *("20261031", "20261031000000Z", "20261031000000.0Z", "31-Oct-2026", "31-OCT-26", "OCT-31-2026 00:00:00"),
        *("Oct 31, 2026", "October 31, 2026", "31st October 2026", "31 Oct 2026", "Sat Oct 31 2026", "2026-Oct-31"),
        *("31. Oktober 2026", "31. Okt. 2026", "Samstag, 31. Oktober 2026", "lørdag den 31. oktober 2026"),
        *("31 octobre 2026", "31 oct. 2026", "31 de octubre de 2026", "31 oktober 2026", "den 31 oktober 2026"),
    ],
)
def test_a_day_is_read_in_every_usual_order(text):
    assert days(text) == {DAY}


@pytest.mark.parametrize(
    ("text", "month"),
    [
        *(
            ("1. Januar 2026", 1),
            ("1er février 2026", 2),
            ("1. Maerz 2026", 3),
            ("1 mrt 2026", 3),
            ("Tue Mar 31 2026", 3),
        ),
        *(("1 avr. 2026", 4), ("1 abr 2026", 4), ("1. maj 2026", 5), ("1 mei 2026", 5), ("1 juin 2026", 6)),
        *(("1-JUL-2026", 7), ("1 août 2026", 8), ("1 ago 2026", 8), ("1 sept. 2026", 9), ("1 setiembre 2026", 9)),
        *(("1. November 2026", 11), ("1. Dez. 2026", 12), ("1 déc. 2026", 12), ("1 dic 2026", 12), ("1 ene 2026", 1)),
    ],
)
def test_months_are_known_in_seven_languages(text, month):
    assert {day.month for day in days(text)} == {month}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("03/04/2026", {(2026, 4, 3), (2026, 3, 4)}),
        ("03-04-2026", {(2026, 4, 3), (2026, 3, 4)}),
        # Points are European.
        ("03.04.2026", {(2026, 4, 3)}),
        ("04/04/2026", {(2026, 4, 4)}),
        # A Swedish short day, or a Danish one.
        ("26-10-31", {(2026, 10, 31), (2031, 10, 26)}),
        ("31.12.9999", {(9999, 12, 31)}),
        ("31.12.99", {(1999, 12, 31)}),
    ],
)
def test_an_ambiguous_day_gives_each_of_its_days(text, expected):
    assert {(day.year, day.month, day.day) for day in days(text)} == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "never",
            "2026",
            "31.02.2026",
            "00.00.0000",
            "46326",
            "1 jui 2026",
            "Room 3, floor 4, 2026",
            "3 4 2026 Oslo",
        ),
        *("12 Main Street 2026", "9223372036854775807", "1.2", "1.2.3.4", "May", "²³.4.2026", "1" * 500, "99999999"),
    ],
)
def test_what_is_no_day_gives_none(text):
    assert days(text) == set()


@given(st.text(max_size=80))
def test_no_text_breaks_a_question(text):
    for ask in (days, is_yes, is_employed, is_enabled, is_salutation, language_code, time_zone_name):
        ask(text)
    looks_like_status([text])


@given(
    st.dates(), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%b-%Y", "%b-%d-%Y", "%B %d, %Y"])
)
def test_a_day_is_always_among_what_its_text_can_mean(day, form):
    year = f"{day.year:04}"
    assert day in days(day.strftime(form.replace("%Y", year)))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("da", "da"), ("DA", "da"), ("da-DK", "da-dk"), ("da_DK", "da-dk"), ("en_US.UTF-8", "en-us"), ("fo", "fo")),
        *(("Dansk", "da"), ("Danish", "da"), ("dänisch", "da"), ("Daenisch", "da"), ("Danois", "da"), ("Deens", "da")),
        *(
            ("English", "en"),
            ("Englisch", "en"),
            ("English (United Kingdom)", "en"),
            ("English - US", "en"),
            ("eng", "en"),
        ),
        *(
            ("Deutsch", "de"),
            ("Tysk", "de"),
            ("Français", "fr"),
            ("FRANCAIS", "fr"),
            ("Español", "es"),
            ("Castellano", "es"),
        ),
        *(
            ("Nederlands", "nl"),
            ("Svenska", "sv"),
            ("suédois", "sv"),
            ("Polish", "pl"),
            ("polski", "pl"),
            ("日本語", "ja"),
        ),
        *(("", None), ("Klingon", None), ("de la", None), ("1", None), ("dansk og tysk", None)),
    ],
)
def test_languages_are_known_by_code_and_by_name(text, code):
    assert language_code(text) == code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("Europe/Copenhagen", "Europe/Copenhagen"), ("europe/copenhagen", "Europe/Copenhagen"), ("UTC", "UTC")),
        *(("(GMT+01:00) Europe/Copenhagen", "Europe/Copenhagen"), ("America/New York", "America/New_York")),
        *(("Romance Standard Time", None), ("99", None), ("", None), ("../etc/passwd", None), ("localtime", None)),
    ],
)
def test_time_zones_are_known_in_any_case(text, name):
    assert time_zone_name(text) == name


def test_mr_and_ms_are_no_jobs():
    assert [is_salutation(text) for text in ("Mr", "Ms.", "Frau", "Mme", "Sr.", "dhr.", "De heer", "Barista", "")] == [
        *[True] * 7,
        *[False] * 2,
    ]


def test_what_one_reader_does_with_days_changes_nothing_for_the_next():
    found = days("31.10.2026")
    assert isinstance(found, set)
    found.clear()
    assert days("31.10.2026") == {DAY}
