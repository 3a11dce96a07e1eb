"""Words of status, yes and no, days, languages and time zones: what is known, and what is asked."""

import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.user_import.mapping import words
from accounts.user_import.mapping.headings import folded, spellings
from accounts.user_import.mapping.values import (
    BEGINNINGS,
    EMPLOYED,
    GONE,
    NO,
    TELLING,
    YES,
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
LEAVING = (
    "Terminated inactive tobedeleted DEPROVISIONED Suspended Deactivated Ausgeschieden Ausgetreten Gesperrt Fratrådt "
    "Fratraadt FRATRADT Ophørt Inactif Sorti Désactivé Baja Inactivo Uit_dienst Inactief Slutat Avslutad Inaktiverad"
)
WORKING = (
    "Active ACTIVE Employed Full-Time Part-time Aktiv beschäftigt Beschaeftigt Vollzeit Ansat Fuldtid Actif En_poste "
    "Activo Alta Actief In_dienst Anställd ANSTALLD Heltid On_leave orlov Yes 1 true ja oui"
)
# What two words say together, or what no list can know.
ASKED = [
    *(
        "Barsel",
        "Elternzeit",
        "Garden leave",
        "congé",
        "Congé parental",
        "Excedencia",
        "Föräldraledig",
        "Leave of absence",
    ),
    *(
        "Pre-boarding",
        "Onboarding",
        "Hired",
        "STAGED",
        "PROVISIONED",
        "LOCKED_OUT",
        "Withdrawn",
        "Resigned",
        "Gekündigt",
    ),
    *(
        "A",
        "T",
        "L",
        "O",
        "S",
        "W",
        "Regular",
        "Contractor",
        "Intern",
        "CDI",
        "514",
        "",
        "?",
        "Suspendu",
        "Zurückgestellt",
    ),
]


@pytest.mark.parametrize("word", LEAVING.split())
def test_words_of_leaving_are_known(word):
    for text in (word, word.upper(), word.replace("_", " "), f" {word} ", word.replace("_", "-")):
        assert is_employed(text) is False, text
        assert looks_like_status([text]), text


@pytest.mark.parametrize("word", WORKING.split())
def test_words_of_working_are_known(word):
    assert is_employed(word.replace("_", " ")) is True


@pytest.mark.parametrize("text", ASKED)
def test_words_that_could_mean_either_are_asked(text):
    assert is_employed(text) is None


def test_no_word_has_two_meanings():
    assert not EMPLOYED & GONE
    assert not YES & NO
    assert not (YES | NO) & (EMPLOYED | GONE)
    assert not spellings(words.UNDECIDED) & (EMPLOYED | GONE | YES | NO)


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        *(("Yes", "No"), ("TRUE", "FALSE"), ("1", "0"), ("Ja", "Nein"), ("ja", "nej"), ("Oui", "NON"), ("Sí", "no")),
        *(
            ("Si", "No"),
            ("ja", "nee"),
            ("O", "N"),
            ("S", "N"),
            ("vrai", "faux"),
            ("wahr", "falsch"),
            ("waar", "onwaar"),
        ),
    ],
)
def test_yes_and_no_in_seven_languages(yes, no):
    assert (is_yes(yes), is_yes(no)) == (True, False)


@pytest.mark.parametrize("text", ["", "maybe", "active", "suspended", "t", "f", "w", "m", "2", "0.5", "-"])
def test_other_words_are_neither_yes_nor_no(text):
    """A column "Suspended" that says "suspended" or "active" must be read as a state, and not turned round."""
    assert is_yes(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("512", True), ("514", False), ("66048", True), ("66050", False), ("546", False), ("544", True)),
        *(("2", None), ("4096", None), ("", None), ("512.0", None), ("-514", None), ("9" * 5_000, None)),
    ],
)
def test_the_second_bit_of_a_user_account_control_disables(text, expected):
    assert is_enabled(text) is expected


@pytest.mark.parametrize(
    "values",
    [
        *(
            ["Employed", "Terminated"],
            ["active", "Zurückgestellt"],
            ["Active"],
            ["true", "false"],
            ["False"],
            ["Y", "N"],
        ),
        *(["512", "514"], ["514"], ["66048", "66050"], ["", "tobedeleted"], ["Ann Lee", "Ed Gum (Terminated)"]),
        *(["Terminated – voluntary", "x"], ["Inactive: moved", "y"], ["Elternzeit", "Regulär"], ["Barsel", "Normal"]),
        *(["Pre-boarding", "Regular"], ["Garden leave", "Regular"], ["oui", "non"], ["Nein"], [" Inaktiv ", "1"]),
    ],
)
def test_a_column_that_could_be_a_status_is_noticed(values):
    assert looks_like_status(values)


@pytest.mark.parametrize(
    "values",
    [
        *([], [""], ["Lena Sørensen", "Max Kjær", "Ida Nørregård"], ["Copenhagen", "Aarhus", "Malmö", "København"]),
        *(
            ["2024-02-01", "01.02.2024", "03/04/2026"],
            ["1001", "1002", "514"],
            ["37,5", "20,00"],
            ["1", "0.5"],
            ["1", "0,8"],
        ),
        *(["A", "B", "C", "T"], ["9", "10", "11"], ["512", "1002", "1514"], ["Yes"], ["x", "1"], ["m", "f", "x"]),
        *(["Barista", "Shift lead", "Left-luggage attendant"], ["Full-time", "Part-time"], ["DK", "SE", "NO", "DE"]),
        *(
            ["Mona Berg", "Berg, Mona"],
            ["lena@harbour.example"],
            ["CN=Al Wasa,OU=Vesterbro,DC=ex"],
            ["+45 12 34 56 78"],
        ),
        *(
            ["Member", "Guest"],
            ["Regular", "Contractor"],
            ["Europe/Copenhagen"],
            ["he/him", "she/her"],
            ["C901", "C902"],
        ),
    ],
)
def test_other_columns_are_no_status(values):
    assert not looks_like_status(values)


@given(
    st.sampled_from(sorted(GONE)),
    st.lists(st.text(max_size=30), max_size=8),
    st.sampled_from(["{}", "  {} ", "{}.", "({})", "Ann Lee ({})", "{} - 2026", "{}: moved"]),
    st.booleans(),
)
def test_one_word_of_leaving_is_noticed_among_any_others(word, others, form, upper):
    told = form.format(word.upper() if upper else word)
    assert looks_like_status({*others, told})


@given(st.sampled_from(sorted(TELLING)))
def test_no_telling_word_is_ruled_out_by_its_beginning(word):
    assert word[:3] in BEGINNINGS
    assert looks_like_status([word.title(), "other"])


@given(st.sampled_from(sorted(EMPLOYED | GONE)), st.sampled_from(["{}", " {}\n", "{}.", "“{}”", "\ufeff{}", "*{}*"]))
@example("fra\u0301tradt", "{}")
def test_the_spelling_of_a_word_never_changes_what_it_means(word, form):
    for text in (word, word.upper(), word.title(), "-".join(word), " ".join(word)):
        assert is_employed(form.format(text)) is (folded(word) in EMPLOYED)


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
