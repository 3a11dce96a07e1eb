"""Spellings of headings: letter case, separators, remarks and marks never change what a column is."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.user_import.mapping.columns import Columns, expected, recognise
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.headings import folded, keys_of, labels_of, normalised
from accounts.user_import.mapping.mapping import Mapping
from accounts.user_import.mapping.vocabulary import HEADINGS

pytestmark = pytest.mark.once  # no database has a say in it
KNOWN = sorted({name for names in HEADINGS.values() for name in names.split()})
REMARKS = [
    "",
    "*",
    " *",
    " [Required]",
    " [READ ONLY]",
    " [UPLOAD ONLY]",
    " (required)",
    " Required",
    ":",
    " (Yes/No)",
    " ?",
]


@given(st.sampled_from(KNOWN), st.sampled_from(REMARKS), st.sampled_from("_- ."), st.booleans(), st.data())
def test_the_spelling_of_a_heading_never_changes_what_it_means(name, remark, separator, upper, data):
    place = data.draw(st.integers(1, len(name)))
    mark = data.draw(st.sampled_from(["", "\ufeff", " ", '"']))
    spelled = separator.join([name[:place], name[place:]]) if place < len(name) else name
    assert expected([mark + (spelled.upper() if upper else spelled) + remark]) == expected([name])


@given(st.lists(st.text(string.printable, max_size=30), max_size=8))
def test_any_headings_are_read(headings):
    columns = Columns(headings, 1)
    assert len(columns.fields) == len(columns.headings) == len(headings)
    assert {place for places in columns.several.values() for place in places} == set(range(len(headings)))
    assert recognise(headings) <= len(headings)
    columns.problems()


@given(st.lists(st.sampled_from(KNOWN), min_size=1, max_size=10))
def test_without_a_mapping_a_field_of_one_column_is_one_column(headings):
    columns = Columns(headings, 1)
    for field, places in columns.several.items():
        assert (
            len(places) == 1
            or field in (Field.STATUS, Field.ACTIVE, Field.INACTIVE, Field.LAST_DAY, Field.UNUSED)
            or (field is Field.ACCOUNT_CONTROL)
        )


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("First name [givenName] Required", ["firstname", "givenname", "firstnamegivennamerequired"]),
        ("[accountEnabled]", ["accountenabled"]),
        ("Email Address [Required]", ["emailaddress", "required", "emailaddressrequired"]),
        ("Employee #", ["employeenumber"]),
        ("N° salarié", ["nosalarie"]),
        ("Nº empleado", ["noempleado"]),
        ("\ufeffE-Mail", ["email"]),
        ("user.firstName", ["userfirstname", "firstname"]),
        ("E-mail (manager)", ["emailmanager"]),
        ("Austrittsdatum (TT.MM.JJJJ)", ["austrittsdatum", "austrittsdatumttmmjjjj"]),
        ("Tätigkeit", ["tatigkeit"]),
        ("", []),
        (" * ", []),
    ],
)
def test_the_keys_of_a_heading_begin_with_the_best(heading, keys):
    assert keys_of(heading) == keys


def test_words_are_compared_without_accents_and_separators():
    assert normalised("E-mail_Ädresse 1") == "emailädresse1"
    assert folded("Prénom Ørsted Æ ß") == "prenomorstedaess"
    assert folded("Pre\u0301nom") == folded("PRÉNOM")


def test_equal_headings_get_numbers():
    assert labels_of(["Name", " Name ", "", "\ufeffName", ""]) == ["Name", "Name (2)", "", "Name (3)", ""]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Block sign in (Yes/No) [accountEnabled] Required", Field.INACTIVE),
        ("Anmeldung blockieren (Ja/Nein) [accountEnabled] Erforderlich", Field.INACTIVE),
        ("[accountEnabled]", Field.ACTIVE),
        # Nobody knows whether the words turn it round: its values are looked at.
        ("Toegang weigeren [accountEnabled]", None),
    ],
)
def test_the_words_before_a_name_in_brackets_can_turn_it_round(heading, field):
    assert expected([heading]) == [field]


def test_a_row_of_people_is_not_taken_for_headings():
    assert recognise(["Employee ID", "Vorname", "Nachname", "Manager", "Anything", ""]) == 3
    assert recognise(["17", "Lena", "Sørensen", "Manager", "HR", "Barista"]) == 0
    assert recognise(["x" * 100_000]) == 0


def test_a_status_is_read_until_somebody_declines_it():
    headings = ["Employee ID", "Name", "E-mail", "Status", "Aktiv", "Rank", "Department"]
    said = {"Employee ID": Field.EXTERNAL_ID, "Name": Field.NAME, "E-mail": Field.EMAIL}
    columns = Columns(headings, 1, Mapping(said))
    assert columns.says_active() == [(Field.STATUS, 3), (Field.ACTIVE, 4)]
    assert columns.doubtful == [5]
    assert columns.ignored() == ["Rank", "Department"]
    declined = Columns(headings, 1, Mapping(said | {"Status": Field.UNUSED, "Rank": Field.UNUSED}))
    assert declined.says_active() == [(Field.ACTIVE, 4)]
    assert declined.doubtful == []
