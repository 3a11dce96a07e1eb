"""The catalogues of locale/: complete, in step with the source and with their compiled files, in one form."""

import ast
import re
from collections import Counter

import catalogues
import messages
import pytest
from catalogues import Source

from audit.dates import FORMS, SAME_EVERYWHERE
from config.settings import BASE_DIR, NAMES_OF_LANGUAGES

pytestmark = pytest.mark.once
TRANSLATED = sorted(NAMES_OF_LANGUAGES.keys() - {"en"})
# What a translation has to hold as often as its source: placeholders, tags, addresses, commands and options.
HELD = re.compile(r"%\(\w+\)[sdr]|%[sdr]|\{\w+\}|</?\w+>|\[A-Z\]|\\d\b|(?<!\w)--[a-z-]+|manage\.py \w+|[A-Z]+_[A-Z_]+")
ENDS = (":", "?", "…")
DATE = re.compile(r"""\|(?:date|time):["']([^"']+)["']""")


@pytest.fixture(scope="module")
def source():
    return messages.extract()


@pytest.fixture(scope="module", params=TRANSLATED)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def catalogue(language):
    return catalogues.read(language)


def forms(entry):
    """Yield each translation of an entry with the English that it translates; a missing one has a test of its own."""
    if entry.is_complete:
        yield from zip(entry.translations, filter(None, (entry.source.text, entry.plural)), strict=True)


def test_each_language_that_can_be_offered_has_a_catalogue():
    assert catalogues.languages() == TRANSLATED


def test_the_catalogue_has_the_strings_of_the_source_and_no_others(source, catalogue):
    assert {(key, entry.plural) for key, entry in catalogue.items()} == {
        (key, entry.plural) for key, entry in source.items()
    }, "run make messages"


def test_everything_is_translated_and_nothing_is_fuzzy(catalogue):
    assert [entry.source.text for entry in catalogue.values() if not entry.is_complete] == []


def test_translations_hold_what_their_source_holds(catalogue):
    """A plural form may say “one” instead of its number."""
    wrong = []
    for entry in catalogue.values():
        for number, (translation, english) in enumerate(forms(entry)):
            held, wanted = Counter(HELD.findall(translation)), Counter(HELD.findall(english))
            if set(held) != set(wanted) and not (entry.plural and number == 0 and not held - wanted):
                wrong.append((english, translation))
    assert wrong == []


def test_translations_begin_and_end_as_their_source_does(catalogue):
    wrong = []
    for entry in catalogue.values():
        for translation, english in forms(entry):
            spaces = [(text[:1].isspace(), text[-1:].isspace()) for text in (translation, english)]
            ends = [translation.rstrip().endswith(end) == english.rstrip().endswith(end) for end in ENDS]
            if spaces[0] != spaces[1] or not all(ends):
                wrong.append((english, translation))
    assert wrong == []


def test_the_file_has_the_form_that_make_messages_writes(language, catalogue, tmp_path, monkeypatch):
    """So that only words make a difference between two versions."""
    stored = catalogues.po_path(language).read_text()
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    catalogues.write(language, catalogue)
    assert catalogues.po_path(language).read_text() == stored


def test_the_compiled_file_is_that_of_the_catalogue(language, catalogue):
    compiled = catalogues.po_path(language).with_suffix(".mo").read_bytes()
    assert compiled == catalogues.compiled(language, catalogue), "run make messages"


def test_german_says_sie():
    du = re.compile(r"\b(du|dich|dir|dein\w*)\b", re.IGNORECASE)
    said = {text for entry in catalogues.read("de").values() for text in entry.translations if du.search(text)}
    assert said == set()


def test_every_date_has_a_form_in_each_language():
    named = {form for path in (BASE_DIR / "templates").rglob("*.*") for form in DATE.findall(path.read_text())}
    for path in messages.source_files():
        if path.suffix == ".py":
            named |= set(named_by(ast.parse(path.read_text())))
    assert "j M Y, H:i" in named
    for language in TRANSLATED:
        assert named - FORMS[language].keys() - SAME_EVERYWHERE == set()


def named_by(tree):
    """Yield the forms that the calls of date_format in a module name."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "date_format":
            yield from (each.value for each in call.args if isinstance(each, ast.Constant))


def test_no_code_writes_dates_past_the_languages():
    """Django's own date_format knows nothing of audit/dates.py."""
    past = [
        str(path.relative_to(BASE_DIR))
        for path in messages.source_files()
        if path.suffix == ".py" and "django.utils.formats import date_format" in path.read_text()
    ]
    assert past == []


def test_no_string_is_a_piece_of_a_sentence(source):
    """A piece begins or ends with a blank or a comma. So do prompts of commands, and the first line of a mail."""
    pieces = [
        key.text
        for key in source
        if key.text != "Hello %(name)s,"
        and not key.text.endswith(": ")
        and (key.text != key.text.strip() or key.text[0] in ",;:" or key.text.endswith(","))
    ]
    assert pieces == []


def test_no_sentence_is_glued_from_strings():
    glued = []
    for path in messages.source_files():
        if path.suffix == ".py":
            glued += [
                f"{path.name}: {ast.unparse(node)}" for node in ast.walk(ast.parse(path.read_text())) if is_glue(node)
            ]
    assert glued == []


def is_glue(node):
    """Return whether a node adds a translated string to something else, or puts it into an f-string."""
    match node:
        case ast.BinOp(op=ast.Add()):
            parts = [node.left, node.right]
        case ast.AugAssign(op=ast.Add()):
            parts = [node.value]
        case ast.JoinedStr():
            parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        case _:
            return False
    return any(is_translated(part) for part in parts)


def is_translated(node):
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        node = node.left
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in messages.NAMES


@pytest.mark.parametrize(
    ("code", "glued"),
    [
        ("said = _('It is ') + name", True),
        ("said += ' ' + _('and more')", True),
        ("f'{name} {_(\"is here\")}'", True),
        ("said = _('%(n)s more') % facts + '.'", True),
        ("said = _('%(name)s is here.') % {'name': first + last}", False),
        ("' '.join([_('It is here.'), _('It is new.')])", False),
    ],
)
def test_glue_is_found(code, glued):
    assert any(is_glue(node) for node in ast.walk(ast.parse(code))) == glued


def test_no_number_on_pages_is_grouped_as_english_does():
    """Reports of the log's own commands are English."""
    past = [
        str(path.relative_to(BASE_DIR))
        for path in messages.source_files()
        if ":,}" in path.read_text() and "audit/management/" not in path.as_posix()
    ]
    assert past == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{% load i18n %}{% translate 'It is “here”' %}", [("It is “here”", "", "")]),
        ("{% load i18n %}{{ _('Name') }}{% include 'x' with a=_(\"Of\") %}", [("Name", "", ""), ("Of", "", "")]),
        ('{% load i18n %}{% translate "May" context "month" %}', [("May", "month", "")]),
        (
            "{% load i18n %}{% blocktranslate count n=n %}one{% plural %}{{ n }} of 100 %{% endblocktranslate %}",
            [("one", "", "%(n)s of 100 %%")],
        ),
        ("{% load i18n %}{% blocktranslate trimmed %}\n  a\n  b\n{% endblocktranslate %}", [("a b", "", "")]),
        ("{% load i18n %}{# _('no') #}{% comment %}{% translate 'no' %}{% endcomment %}", []),
    ],
)
def test_strings_of_templates_are_found(template, found):
    entries = messages.of_template(template, "t")
    assert [(entry.source.text, entry.source.context, entry.plural) for entry in entries] == found


def test_strings_of_modules_are_found():
    code = '_("a" "b"); gettext_lazy("c"); ngettext("one", "%(n)s", n); pgettext("of", "d"); _(name); other("no")'
    found = [(entry.source, entry.plural) for entry in messages.of_module(code)]
    assert found == [
        (Source("ab"), ""), (Source("c"), ""), (Source("one"), "%(n)s"), (Source("d", "of"), ""),
    ]  # fmt: skip


def test_a_translation_is_kept_as_long_as_its_source():
    old = catalogues.parse('msgid "a"\nmsgstr "b"\n\nmsgid "gone"\nmsgstr "c"\n\nmsgid "one"\nmsgstr "d"\n')
    source = {
        Source("a"): catalogues.Entry(Source("a")),
        Source("new"): catalogues.Entry(Source("new")),
        Source("one"): catalogues.Entry(Source("one"), "many"),
    }
    merged = messages.merged(source, old)
    assert {key.text: entry.translations for key, entry in merged.items()} == {"a": ["b"], "new": [], "one": []}


def test_what_is_fuzzy_or_half_translated_is_not_complete():
    read = catalogues.parse(
        '#, fuzzy\nmsgid "a"\nmsgstr "b"\n\nmsgid "one"\nmsgid_plural "many"\nmsgstr[0] "d"\nmsgstr[1] ""\n'
    )
    assert [entry.is_complete for entry in read.values()] == [False, False]
    assert catalogues.compiled("da", read).count(b"d\0") == 0


@pytest.mark.parametrize("wrong", ["msgid a", 'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"'])
def test_a_file_that_is_no_catalogue_is_refused(wrong):
    with pytest.raises(ValueError, match=r"no line|twice"):
        catalogues.parse(wrong)
