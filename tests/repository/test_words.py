"""How the project writes: words that a reader with English as a second language stumbles over are not used."""

import ast
import io
import re
import tokenize

import pytest

from tests.repository.test_files import FILES

pytestmark = pytest.mark.once  # no database has a say in it
# Each has a plainer way to say it; CONTRIBUTING.md says how.
BANNED = re.compile(
    r"\b(shall|whom|anew|whoever|of theirs|of ours|by itself|so many|those who|visitors?)\b", re.IGNORECASE
)
CODE = {name: text for name, text in FILES.items() if name.endswith(".py") and "/migrations/" not in name}
PAGES = {name: text for name, text in FILES.items() if name.endswith(".md")}
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


def test_the_look_for_words_reads_docstrings_and_comments():
    assert list(prose('"""Those who read."""\n# anew\nx = "whom"\n')) == ["Those who read.", "# anew"]
    assert BANNED.findall("Those who read anew") == ["Those who", "anew"]
