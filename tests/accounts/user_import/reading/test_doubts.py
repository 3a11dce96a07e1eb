"""Letters that were read twice: each row says so, and no letter as people write it is doubted."""

import pytest

from tests.support.import_tables import DANISH, FRENCH, GERMAN, SPANISH, opened, people

pytestmark = pytest.mark.once  # no database has a say in it


@pytest.mark.parametrize("through", ["cp1252", "latin-1", "mac_roman", "cp850"])
@pytest.mark.parametrize("written", ["utf-8", "utf-16"])
def test_letters_that_were_read_twice_are_a_doubt_of_their_row(through, written):
    twice = [name.encode().decode(through) for name in ("Søren", "Müller", "Réne")]
    table = opened(people("Åse", *twice).encode(written))
    doubts = [line.doubt for line in table.lines]
    assert doubts == [
        "",
        *(
            f"“{wrong}” looks like “{meant}” in a wrong encoding. Export the file again as UTF-8."
            for wrong, meant in zip(twice, ("Søren", "Müller", "Réne"), strict=True)
        ),
    ]


@pytest.mark.parametrize("name", ["Å", "Ø", "Ü", "Š", "Č", "Ł", "é", "ñ"])
def test_any_letter_that_was_read_twice_as_windows_text_is_noticed(name):
    twice = f"{name}berg".encode().decode("cp1252", "replace")
    assert next(opened(people(twice)).lines).doubt


def test_a_lost_letter_is_a_doubt():
    assert next(opened(people("S\ufffdren")).lines).doubt == (
        "In “S\ufffdren” a letter was lost before the file was saved. Export the file again as UTF-8."
    )


def test_one_line_with_both_encodings_is_a_doubt():
    content = people("Søren").encode() + "7;Jørn;j@harbour.example;".encode("cp1252") + "Målø\n".encode()
    assert [bool(line.doubt) for line in opened(content).lines] == [False, True]


@pytest.mark.parametrize(
    "name",
    [
        *DANISH, *GERMAN, *FRENCH, *SPANISH, "JOÃO", "Ãngela", "Â", "“Å”", "BLÅ – Ø", "Å’s", "Å Strand", "Иван Ñ",
        "Đặng", "Ângelo", "√ 9", "100 € â", "Ï»", "Äi", "Ä\u00a0B", "“Smørrebrød ÅÄÖ”", "李", "Ð", "ÐÑ", "№ 5",
    ],
)  # fmt: skip
def test_letters_as_people_write_them_are_no_doubt(name):
    assert next(opened(people(name)).lines).doubt == ""
