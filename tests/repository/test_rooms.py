"""Each kind of code stands in its room: views, audit records, partial templates, and the folders of the tests."""

import ast
import re
from pathlib import Path

import pytest

from config.settings import BASE_DIR
from tests.repository.test_files import PROJECT, TEMPLATES, own_views

pytestmark = pytest.mark.once  # no database has a say in it
VIEW_MODULE = re.compile(r"(^|\.)(\w+_)?views$")
RECORDS = re.compile(r"(^|/)actions\.py$|^accounts/authorization/changes\.py$")
RECORDS_ELSEWHERE = {
    "accounts/authentication/backends.py": "the sign-in package calls it",
    "accounts/authentication/second_factors.py": "wraps the views of the sign-in package",
    "accounts/authorization/decorators.py": "wraps every view that is open on behalf of somebody",
    "accounts/models/mails.py": "a mail and its record are one transaction",
    "accounts/user_import/applying/apply.py": "applies a whole import in one transaction",
    "accounts/user_import/confirm.py": "confirms an import and records it",
    "accounts/user_import/feed.py": "records each run of a feed, with the mail about it",
    "accounts/users/export_views.py": "records what leaves, before the first byte",
    "accounts/users/invitations.py": "an invitation is an action with a module of its own",
    "accounts/users/remedies.py": "the actions of support: sign-in locks, passwords, second factors",
    "audit/export.py": "records exports of the log",
    "audit/limits.py": "records refusals within a limit",
    "audit/management/commands/rotate_audit_key.py": "records the rotation",
    "demo/story.py": "dates what loading the demo records",
    "audit/sealing.py": "records a seal, and the removal of texts",
    "audit/verification/checker.py": "records a verification",
    "audit/verification/erasure.py": "records an erasure",
    "audit/verification/restores.py": "records the declaration of a restore",
    "learning/admin/record.py": "records the acts of content creators in the admin site",
    "learning/models/events.py": "a registration locks, writes and records",
}
MOST_ENTRIES_OF_ACCOUNTS = 18
# Folders of tests that mirror no folder of an app.
TESTS_OF_EVERYTHING = {"browser", "guards", "operation", "repository", "support"}
TESTS_OF_EVERYTHING = {"operation", "browser", "guards", "repository", "support"}


def modules():
    """Yield each module of the apps, without migrations, as (dotted name, path)."""
    for app in PROJECT:
        for path in sorted((BASE_DIR / app).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(BASE_DIR).with_suffix("").parts)
                yield name.removesuffix(".__init__"), path


MODULES = dict(modules())


def test_a_view_stands_in_a_module_of_views():
    elsewhere = {view.__module__ for _name, view in own_views() if not VIEW_MODULE.search(view.__module__)}
    assert elsewhere == set(), "move the view to a views.py or *_views.py"


def is_recording(node):
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {"log.recording", "recording"}


def test_an_audit_record_is_written_in_a_module_of_actions():
    found = {
        str(path.relative_to(BASE_DIR))
        for path in MODULES.values()
        if any(map(is_recording, ast.walk(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert {name for name in found if not RECORDS.search(name)} == set(RECORDS_ELSEWHERE), "move it to an actions.py"
    assert len(found) > len(RECORDS_ELSEWHERE)


def test_a_partial_template_begins_with_an_underscore():
    included = {name for text in TEMPLATES.values() for name in re.findall(r"{%\s*include\s+[\"']([^\"']+)[\"']", text)}
    assert len(included) > 30
    of_django = {"admin/includes/fieldset.html"}
    assert {name for name in included if not Path(name).name.startswith("_")} == of_django


def test_a_whole_page_has_no_underscore():
    extending = {name for name, text in TEMPLATES.items() if '{% extends "base.html" %}' in text}
    partial = {name for name in extending if Path(name).name.startswith("_")}
    extended = {base for text in TEMPLATES.values() for base in re.findall(r"{% extends \"([^\"]+)\"", text)}
    assert partial - extended == set()


def test_accounts_has_few_entries():
    entries = {path.name for path in (BASE_DIR / "accounts").iterdir()} - {"__pycache__"}
    assert len(entries) <= MOST_ENTRIES_OF_ACCOUNTS, "put the module into a room"


def test_each_folder_of_tests_mirrors_a_folder_of_the_apps():
    tests = BASE_DIR / "tests"
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")}
    assert len(folders) > 15
    strays = {folder for folder in folders if folder.parts[0] not in TESTS_OF_EVERYTHING} - {
        path.parent.relative_to(BASE_DIR) for path in MODULES.values()
    }
    assert strays == set()


def imports(name, path):
    """Yield the modules of the apps that a module imports, those for type checking included."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        for imported in names:
            while imported and imported not in MODULES:
                imported = imported.rpartition(".")[0]
            if imported and imported != name:
                yield imported


def circles(graph):
    """Return the modules that remain after every module without imports was taken out, again and again."""
    graph = {name: set(imported) for name, imported in graph.items()}
    while leaves := {name for name, imported in graph.items() if not imported & graph.keys()}:
        graph = {name: imported for name, imported in graph.items() if name not in leaves}
    return graph


def test_no_modules_import_each_other_in_a_circle():
    """import-linter looks at rooms; this one looks at modules, without any exception."""
    graph = {name: set(imports(name, path)) for name, path in MODULES.items()}
    assert sum(map(len, graph.values())) > 500
    assert circles(graph) == {}


def test_the_look_for_circles_finds_them():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}).keys() == {"a", "b", "c"}
