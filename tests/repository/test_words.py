"""How the project writes: words that a reader with English as a second language stumbles over are not used."""

import ast
import io
import re
import tokenize

import messages
import pytest

from tests.repository.test_files import FILES

pytestmark = pytest.mark.once  # no database has a say in it
# Each has a plainer way to say it; CONTRIBUTING.md says how.
BANNED = re.compile(
    r"\b(shall|whom|anew|whoever|of theirs|of ours|by itself|so many|those who|visitors?)\b", re.IGNORECASE
)
CODE = {name: text for name, text in FILES.items() if name.endswith(".py") and "/migrations/" not in name}
PAGES = {name: text for name, text in FILES.items() if name.endswith(".md")}
# Templates whole, with their comments; of style sheets and scripts too, everything is written by us.
SHOWN = {name: text for name, text in FILES.items() if name.startswith(("templates/", "static/css/", "static/js/"))}
QUOTED = re.compile(r"`[^`]*`|\"[^\"\n]*\"|\*[^*\n]+\*")  # names of code, words that are spoken of, texts of pages
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def prose(text):
    """Yield the docstrings and the comments of a module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, DOCUMENTED) and (docstring := ast.get_docstring(node)):
            yield docstring
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def test_docstrings_and_comments_use_plain_words():
    found = {name: words for name, text in CODE.items() if (words := BANNED.findall("\n".join(prose(text))))}
    assert found == {}


def test_names_of_tests_use_plain_words():
    names = [name for text in CODE.values() for name in re.findall(r"def (test_\w+)", text)]
    assert len(names) > 1_500
    assert [name for name in names if BANNED.search(name.replace("_", " "))] == []


def test_pages_of_the_documentation_use_plain_words():
    assert len(PAGES) > 30
    found = {name: words for name, text in PAGES.items() if (words := BANNED.findall(QUOTED.sub("", text)))}
    assert found == {}


def test_what_people_read_uses_plain_words():
    """Strings that are translated, in templates and in modules; each has to be rewritten in every catalogue."""
    strings = [text for entry in messages.extract().values() for text in (entry.source.text, entry.plural)]
    assert len(strings) > 3_000
    assert [text for text in strings if BANNED.search(text)] == []


def test_the_demo_speaks_plainly_too():
    demo = "\n".join(
        node.value
        for name, text in CODE.items()
        if name.startswith("demo/")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    assert "Latte art night" in demo
    assert BANNED.findall(demo) == []


def test_templates_style_sheets_and_scripts_use_plain_words():
    assert len(SHOWN) > 200
    assert {name: words for name, text in SHOWN.items() if (words := BANNED.findall(text))} == {}


def test_the_look_for_words_reads_docstrings_and_comments():
    assert list(prose('"""Those who read."""\n# anew\nx = "whom"\n')) == ["Those who read.", "# anew"]
    assert BANNED.findall("Those who read anew") == ["Those who", "anew"]
