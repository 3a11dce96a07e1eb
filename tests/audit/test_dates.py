"""Dates and times as each language writes them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from audit.dates import date_format, in_language
from audit.reading import to_the_second

pytestmark = pytest.mark.once
AT = datetime(2026, 11, 30, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Monday 30 November 2026, 08:05", "30 Nov 2026, 08:05", "30 Nov 2026, 08:05", "30 Nov 2026"]),
        (
            "da",
            [
                "mandag den 30. november 2026 kl.\u00a008:05", "30. nov. 2026 kl.\u00a008:05",
                "30. november 2026 kl.\u00a008:05",
                "30. november 2026",
            ],
        ),
        (
            "de",
            [
                "Montag, 30. November 2026, 08:05\u00a0Uhr", "30. Nov. 2026, 08:05\u00a0Uhr",
                "30. November 2026, 08:05\u00a0Uhr",
                "30. November 2026",
            ],
        ),
    ],
)  # fmt: skip
def test_each_language_has_its_form_on_pages_in_code_and_in_what_django_writes(language, said):
    page = Template('{{ at|date:"l j F Y, H:i" }}/{{ at|date:"SHORT_DATETIME_FORMAT" }}/{{ at }}/{{ at|date }}')
    with translation.override(language), timezone.override("Europe/Copenhagen"):
        assert page.render(Context({"at": AT})).split("/") == said
        assert date_format(timezone.localtime(AT), "l j F Y, H:i") == said[0]
        assert date_format(timezone.localtime(AT), "j M Y, H:i") == said[1]


def test_a_sentence_of_a_template_holds_the_date_of_its_language():
    page = Template('{% blocktranslate with day=at|date:"j F Y" %}It was {{ day }}.{% endblocktranslate %}')
    with translation.override("da"):
        assert page.render(Context({"at": AT})) == "It was 30. november 2026."


@pytest.mark.parametrize("form", ["c", "Y-m-d", "H:i", None])
def test_what_machines_read_is_the_same_in_each_language(form):
    for language in ("en", "da", "de", "de-at"):
        with translation.override(language):
            assert in_language(form) == form


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Saturday 28 November 2026/28 Nov 2026, 08:05:09"),
        ("da", "lørdag den 28. november 2026/28. november 2026 kl.\u00a008:05:09"),
        ("de", "Samstag, 28. November 2026/28. November 2026, 08:05:09\u00a0Uhr"),
    ],
)
def test_a_heading_and_a_time_to_the_second_read_as_natives_write_them(language, said):
    at = datetime(2026, 11, 28, 7, 5, 9, tzinfo=UTC)
    with translation.override(language), timezone.override("Europe/Copenhagen"):
        assert f"{date_format(timezone.localtime(at), 'l j F Y')}/{to_the_second(at)}" == said


@pytest.mark.parametrize(("seconds", "said"), [(0, "1 min"), (40, "1 min"), (720, "12 min"), (4_500, "75 min")])
def test_a_duration_is_told_in_minutes(seconds, said):
    assert Template("{{ lasted|minutes }}").render(Context({"lasted": timedelta(seconds=seconds)})) == said


def test_nothing_is_written_for_no_date():
    assert Template('{{ at|date:"j F Y" }}').render(Context({"at": None})) == ""


def test_a_time_for_machines_ends_with_its_second():
    page = Template('{{ at|date:"c" }}')
    with timezone.override("Europe/Copenhagen"):
        assert page.render(Context({"at": AT.replace(second=9, microsecond=887822)})) == "2026-11-30T08:05:09+01:00"
    assert page.render(Context({"at": AT.date()})) == "2026-11-30"
