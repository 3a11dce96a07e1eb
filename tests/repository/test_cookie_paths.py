"""Each cookie has a path, because the platform may share its host with neighbours (config/sub_path.py)."""

import ast

import pytest

from config.settings import BASE_DIR, OWN_PACKAGES

pytestmark = pytest.mark.once
SETS = {"set_cookie", "set_signed_cookie", "delete_cookie"}


def test_every_cookie_stays_under_the_sub_path():
    calls = [
        (path.relative_to(BASE_DIR), node.lineno, {keyword.arg for keyword in node.keywords})
        for package in OWN_PACKAGES
        for path in (BASE_DIR / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SETS
    ]
    assert len(calls) >= 4
    assert [(str(path), line) for path, line, named in calls if "path" not in named] == []
