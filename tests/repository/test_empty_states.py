"""Empty lists: what leads on is a button, never a link within the sentence."""

import re

import pytest

from config.settings import BASE_DIR

pytestmark = pytest.mark.once  # no database has a say in it
EMPTY = re.compile(r'<(p|div) class="empty".*?</\1>', re.DOTALL)


def test_what_leads_on_from_an_empty_list_is_a_button():
    found = [
        (path.name, link)
        for path in (BASE_DIR / "templates").rglob("*.html")
        for empty in EMPTY.finditer(path.read_text())
        for link in re.findall(r"<(?:a|button) [^>]*>", empty[0])
    ]
    assert len(found) > 15
    assert [(name, link) for name, link in found if 'class="button"' not in link] == []
