"""Encodings: a name comes in with its letters, or the file or the row says that it may not."""

import codecs

import pytest

from tests.support.import_tables import CAPITALS, DANISH, FRENCH, GERMAN, SPANISH, opened, people, read, refusal

pytestmark = pytest.mark.once  # no database has a say in it
CONFIDENCE = "The text was read as {}. Check the accents, or save the file as UTF-8."
MIXED = "Some lines are UTF-8 and others {}: each was read as it is written. Check the accents."


def names_in(content):
    return [row[2] for row in read(content)[1]]


@pytest.mark.parametrize(
    "names",
    [DANISH, GERMAN, CAPITALS, FRENCH, SPANISH],
    ids=["Danish", "German", "capitals", "French", "Spanish"],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("written", "found", "remarks"),
    [
        ("utf-8", "utf-8", []),
        ("utf-8-sig", "utf-8-sig", []),
        ("utf-16", "utf-16", []),
        ("utf-16-le", "utf-16-le", []),
        ("utf-16-be", "utf-16-be", []),
        ("cp1252", "cp1252", []),
        ("mac_roman", "mac_roman", [CONFIDENCE.format("Mac Roman")]),
        ("cp850", "cp850", [CONFIDENCE.format("MS-DOS (cp850)")]),
    ],
)
def test_names_come_in_with_their_letters(names, ending, written, found, remarks):
    content = people(*names).replace("\n", ending).encode(written)
    assert opened(content).layout.encoding == found
    assert names_in(content) == names
    assert read(content)[2] == remarks


@pytest.mark.parametrize("text", ["O’Neill", "Zoë – Berg", "Café “Blå”", "Å", "½ time", "Škoda Žižek", "™", "Ý"])
def test_windows_text_with_few_letters_stays_windows_text(text):
    content = people(text).encode("cp1252")
    assert (opened(content).layout.encoding, names_in(content)) == ("cp1252", [text])


def test_polish_names_come_in_from_windows():
    names = ["Łukasz Dąbrowski", "Paweł Żak", "Michał Święcki"]
    content = people(*names).encode("cp1250")
    assert (names_in(content), read(content)[2]) == (names, [CONFIDENCE.format("Windows-1250")])


@pytest.mark.parametrize(("names", "encoding"), [("Иван Петров", "cp1251"), ("Γιώργος Παπάς", "cp1253")])
def test_text_without_latin_letters_is_not_guessed(names, encoding):
    content = people(*[names] * 3).encode(encoding)
    assert refusal(content) == "The encoding of the text can't be told. Save the file as UTF-8."
    assert read(content, encoding=encoding)[1][0][2] == names


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(("other", "label"), [("cp1252", "Windows-1252"), ("mac_roman", "Mac Roman")])
def test_a_file_put_together_from_two_encodings_is_read_line_by_line(ending, other, label):
    lines = people(*DANISH, *GERMAN).splitlines()
    encoded = [line.encode("utf-8" if number % 2 else other) for number, line in enumerate(lines)]
    content = ending.join(encoded)
    assert names_in(content) == [*DANISH, *GERMAN]
    assert read(content)[2] == [MIXED.format(label)]


def test_byte_order_marks_in_the_middle_of_such_a_file_are_no_letters():
    first, second = people("Søren").encode("utf-8-sig"), "7;Jørn;j@harbour.example;Aarhus\n"
    content = first + "8;Åse;a@harbour.example;Aarhus\n".encode("utf-8-sig") + second.encode("cp1252")
    head, rows, _remarks = read(content)
    assert head[0] == "Employee ID"
    assert [row[1:3] for row in rows] == [["0", "Søren"], ["8", "Åse"], ["7", "Jørn"]]


def test_a_long_row_of_two_encodings_has_the_limit_of_all_rows():
    content = people("Søren").encode() + ("Jørn" + "x" * 400_000).encode("cp1252") + b"\n"
    assert refusal(content) == "Line 3: The row is longer than 400000 characters: is a quotation mark missing?"
    content = people("Jørn").encode("cp1252") + ("xø" + "ø" * 200_000 + "\n").encode()
    assert refusal(content) == "Line 3: The row is longer than 400000 characters: is a quotation mark missing?"


@pytest.mark.parametrize("ending", [b"\n", b"\r"])
def test_bytes_of_no_encoding_are_refused_with_their_line(ending):
    content = people("Lena", "S\udc81\udc8d\udc90ren").encode("ascii", "surrogateescape").replace(b"\n", ending)
    message = "There are characters that are neither UTF-8 nor Windows-1252 text. Save the file as UTF-8."
    assert refusal(content) == f"Line 3: {message}"
    assert refusal(content, encoding="utf-8") == (
        "Line 3: There are characters that are no UTF-8 text. Save the file as UTF-8."
    )


def test_half_a_letter_of_utf16_is_refused():
    content = people("Søren").encode("utf-16")[:-1]
    assert refusal(content) == "There are characters that are no UTF-16 text. Save the file as UTF-8."


def test_a_mark_of_utf8_before_other_text_is_no_letter():
    content = codecs.BOM_UTF8 + people("Jørn").encode("cp1252")
    assert read(content)[0][0] == "Employee ID"
    assert names_in(content) == ["Jørn"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xe9" * 3_000_000, "can't be told"),
        (b"a" * 3_000_000 + b"\xe9", "row is longer"),
        (b"\xe9a" * 1_000_000, "row is longer"),
        (b"\xe9a " * 1_000_000, "row is longer"),
    ],
    ids=["accents", "a word", "letters", "words"],
)
def test_a_file_of_one_line_is_refused_without_long_work(content, sentence):
    assert sentence in refusal(content)
