"""Pages without the indents of their templates, and with everything that people wrote."""

import pytest
from django.template import engines

from config.settings import BASE_DIR


@pytest.fixture
def render(settings, tmp_path):
    """Return a function that renders a text as one of our templates."""
    folder = tmp_path / "templates"
    folder.mkdir()

    def rendered(source, name="page.html", **context):
        (folder / name).write_text(source)
        [ours] = settings.TEMPLATES
        settings.TEMPLATES = [ours | {"DIRS": [folder]}]
        return engines["django"].get_template(name).render(context)

    return rendered


def test_indents_are_left_out_and_words_stay_apart(render):
    source = "<p>\n  Lena\n  {% if late %}\n    is late\n  {% else %}\n    is here\n  {% endif %}\n  today\n</p>\n"
    assert render(source, late=True).split() == ["<p>", "Lena", "is", "late", "today", "</p>"]
    assert render(source, "again.html", late=False) == "<p>\nLena\nis here\ntoday\n</p>\n"


def test_what_people_wrote_keeps_its_indents(render):
    assert render("<textarea>\n{{ typed }}</textarea>", typed="a\n    b") == "<textarea>\na\n    b</textarea>"


def test_a_mail_in_plain_text_keeps_its_lines(render):
    assert render("Hello\n\n  {% if 1 %}\n  you\n{% endif %}", "mail.txt") == "Hello\n\n  \n  you\n"


def test_a_text_of_several_lines_is_trimmed_so_that_translators_find_it():
    for template in (BASE_DIR / "templates").rglob("*.html"):
        for line in template.read_text().splitlines():
            assert "{% blocktranslate" not in line or "trimmed" in line or "endblocktranslate" in line, template
