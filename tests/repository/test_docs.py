"""What README, CONTRIBUTING and docs/ name is there; the checks have one place."""

import re
import tomllib
from pathlib import Path

import pytest

from config.settings import BASE_DIR
from tests.repository.test_files import FILES

pytestmark = pytest.mark.once  # no database has a say in it
PAGES = {name: text for name, text in FILES.items() if name.endswith(".md")}
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
QUOTED = re.compile(r"`([^`\s]+)`")
IN_CODE = re.compile(r"\bdocs/[\w/-]+\.\w+")
TOP = {path.name for path in BASE_DIR.iterdir()} | {"docs", "tests"}
LEAST_QUESTIONS = 20


def names_a_path(word):
    """Whether a word in backticks is a path of the project, such as `audit/log.py` or `tests/guards/*.toml`."""
    return "/" in word and word.partition("/")[0] in TOP and "<" not in word


def is_there(word):
    return any(BASE_DIR.glob(word.partition("::")[0].rstrip("/")))


def missing(text):
    return {word for word in QUOTED.findall(text) if names_a_path(word) and not is_there(word)}


def read(name):
    """Read a file of the project that FILES does not hold."""
    return (BASE_DIR / name).read_text(encoding="utf-8")


def test_every_path_that_a_page_names_is_there():
    assert len([word for text in PAGES.values() for word in QUOTED.findall(text) if names_a_path(word)]) > 60
    past = {"CHANGELOG.md", "docs/reference/first-changes.md"}
    current = {name: text for name, text in PAGES.items() if name not in past}
    assert {name: gone for name, text in current.items() if (gone := missing(text))} == {}
    assert missing("see `audit/log.py`, `audit/gone.py` and `tests/guards/*.nothing`") == {
        "audit/gone.py",
        "tests/guards/*.nothing",
    }


def test_every_link_leads_somewhere():
    links = [(name, target) for name, text in PAGES.items() for target in LINK.findall(text) if "://" not in target]
    assert len(links) > 30
    assert [(name, target) for name, target in links if not (BASE_DIR / name).parent.joinpath(target).exists()] == []


def test_every_page_of_the_docs_that_any_file_names_is_there():
    texts = FILES | {".env.example": read(".env.example")}
    named = {(name, path) for name, text in texts.items() for path in IN_CODE.findall(text)}
    assert len(named) > 15
    assert {(name, path) for name, path in named if not is_there(path)} == set()


def test_the_index_names_every_guide_and_reference():
    index = {target for target in LINK.findall(PAGES["docs/README.md"]) if target.startswith(("guides/", "reference/"))}
    folders = ("guides", "reference")
    assert index == {f"{folder}/{path.name}" for folder in folders for path in (BASE_DIR / "docs" / folder).iterdir()}


def questions():
    """Return the rows of "Where do I put…" as (question, the paths of its answer)."""
    _before, _heading, rest = PAGES["CONTRIBUTING.md"].partition("## Where do I put…")
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", rest.partition("\n## ")[0], re.MULTILINE)
    return [(question, QUOTED.findall(answer)) for question, answer in rows if question != "what"]


def test_where_do_i_put_answers_questions_with_paths_that_exist():
    answers = questions()
    assert len(answers) >= LEAST_QUESTIONS
    assert [question for question, paths in answers if not paths] == []
    assert {path for _question, paths in answers for path in paths if not is_there(path)} == set()


def test_the_map_of_the_readme_follows_the_layers():
    _before, _heading, rest = PAGES["README.md"].partition("## Where things are")
    folders = re.findall(r"^\| `([\w/]+)/` \|", rest.partition("\n## ")[0], re.MULTILINE)
    layers, rooms = (
        [name for layer in contract["layers"] for name in re.split(r"\s*\|\s*", layer)]
        for contract in tomllib.loads(FILES["pyproject.toml"])["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    apps = [folder.partition("/")[0] for folder in folders if folder not in {"tests", "deploy", "docs"}]
    assert list(dict.fromkeys(apps)) == layers
    shown = [folder.removeprefix("accounts/") for folder in folders if folder.startswith("accounts/")]
    assert shown == [room for room in rooms if room in shown]


def test_the_newest_version_of_the_changelog_is_that_of_the_project():
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", PAGES["CHANGELOG.md"], re.MULTILINE)
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    assert versions[0] == project["version"]
    assert project["license"] == "MIT" == read("LICENSE").split()[0]


def test_hooks_and_forge_run_the_checks_of_make():
    checks = re.search(r"^check: (.+)$", FILES["Makefile"], re.MULTILINE)[1].split()
    hooks = read(".pre-commit-config.yaml")
    assert re.findall(r"^ +entry: (.+)$", hooks, re.MULTILINE) == [
        f"make --no-print-directory {name}" for name in checks
    ]
    assert re.findall(r"^ +language: (.+)$", hooks, re.MULTILINE) == ["system"] * len(checks)
    assert re.findall(r"^ +(?:- )?run: (.+)$", read(".github/workflows/ci.yml"), re.MULTILINE) == [
        ".ci/run",
        "make coverage",
    ]
    assert Path(BASE_DIR / ".ci" / "run").stat().st_mode & 0o111


def test_a_lock_names_no_index():
    assert not re.search(r"https?://", read("requirements.lock"))
