"""Collected static files: small, in one sheet, with the fonts that the sheet names."""

import re

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

from config.settings import BASE_DIR

ASKED_OF_A_FONT = 25_000  # bytes
pytestmark = pytest.mark.once


@pytest.fixture
def collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "config.files.static_files.StaticFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return settings.STATIC_ROOT


def sent(folder, name):
    return (folder / staticfiles_storage.stored_name(name)).read_text()


def test_one_sheet_holds_the_sheets_of_every_page_and_names_its_files_by_their_content(collected):
    sheet = sent(collected, "css/site.css")
    assert "@import" not in sheet
    assert "/*" not in sheet
    assert sheet.startswith("@layer django, tokens, base, components, pages;")
    for name in ("tokens", "base", "components", "forms", "pages"):
        assert sent(collected, f"css/{name}.css").strip() in sheet, name
    named = re.findall(r'url\("(\.\./[^"]+)"\)', sheet)
    assert len(named) >= 4
    for name in named:
        assert re.search(r"\.[0-9a-f]{12}\.(woff2|svg)$", name)
        assert (collected / "css" / name).is_file()


def test_a_script_loses_its_comments_and_nothing_else(collected):
    script = sent(collected, "js/account_now.js")
    source = (BASE_DIR / "static/js/account_now.js").read_text()
    assert not re.search(r"^\s*//", script, re.MULTILINE)
    without = [line.strip() for line in source.splitlines() if line.strip() and not line.strip().startswith("//")]
    assert script.split("\n") == [*without, ""]


def test_no_script_has_a_text_of_several_lines_whose_indents_would_be_lost():
    for script in (BASE_DIR / "static/js").glob("*.js"):
        assert all(line.count("`") % 2 == 0 for line in script.read_text().splitlines()), script


def test_the_fonts_are_small_and_have_their_licence_beside_them():
    fonts = list((BASE_DIR / "static/fonts").glob("*.woff2"))
    assert len(fonts) == 3
    assert sum(font.stat().st_size for font in fonts) <= ASKED_OF_A_FONT
    assert all(font.read_bytes().startswith(b"wOF2") for font in fonts)
    assert "SIL Open Font License" in (BASE_DIR / "static/fonts/OFL.txt").read_text()
