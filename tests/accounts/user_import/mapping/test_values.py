"""Words of status, and yes and no: what is known, and what is asked."""

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
    is_employed,
    is_enabled,
    is_yes,
    looks_like_status,
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
