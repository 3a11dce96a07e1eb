"""The detail of an event on its page: words, a table of what changed, and the stored record behind a disclosure."""

import html
import re

import pytest
from django.test import Client

from audit import log
from audit.kinds import Kind
from audit.models import AuditErasure, AuditEvent, AuditText, Part
from tests.support.assumed import log_in_as, sign_in
from tests.support.learning_factories import food_safety, save

from .test_events import LIST, auditors_browser  # noqa: F401 a fixture

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>\u202e"


def record(kind, **detail):
    with log.recording():
        log.record(kind, detail=detail)
    return AuditEvent.objects.latest("seq")


def page_of(browser, event):
    response = browser.get(f"{LIST}{event.pk}/change/")
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def cells(page):
    """Return the table of what changed as rows of text."""
    [table] = re.findall(r'<table class="changes">(.*?)</table>', page)
    return [re.findall(r"<t[hd][^>]*>\s*(.*?)\s*</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)]


def test_what_changed_is_a_table_and_the_stored_record_is_behind_a_disclosure(auditors_browser):  # noqa: F811
    event = record("user.changed", before={"is_active": True}, after={"is_active": False}, title="Old hand")
    page = page_of(auditors_browser, event)
    assert cells(page) == [["What", "Before", "After"], ["Active", "yes", "no"]]
    assert "Title: Old hand" in page
    stored = AuditText.objects.get(event=event, part=Part.DETAIL).text
    [shown] = re.findall(r"<summary>Stored record</summary> <pre[^>]*>(.*?)</pre>", page)
    assert html.unescape(shown) == stored
    assert '{"is_active"' not in page.partition("<summary>Stored record")[0]


def test_an_answer_of_lenas_is_read_in_words_in_the_list_too(auditors_browser, sam, lena):  # noqa: F811
    other = Client()
    log_in_as(other, sam, lena)
    save(other, food_safety(), how="12 °C")
    event = AuditEvent.objects.filter(kind=Kind.ASSUMED_SESSION_CHANGED).latest("seq")
    row = ["Answer", "–", "12 °C"]
    assert row in cells(page_of(auditors_browser, event))
    listed = re.sub(r"\s+", " ", auditors_browser.get(f"{LIST}?rows=all").content.decode())
    assert "<td>12 °C</td>" in listed


def test_what_was_erased_shows_neither_table_nor_record(auditors_browser):  # noqa: F811
    event = record("user.changed", before={"first_name": "Lena"}, after={"first_name": "Helena"})
    AuditErasure.objects.create(event=event, part=Part.DETAIL, erased_by=event)
    AuditText.objects.filter(event=event, part=Part.DETAIL).delete()
    page = page_of(auditors_browser, event)
    assert ("Stored record" in page, "Helena" in page, 'class="changes"' in page) == (False, False, False)


@pytest.mark.parametrize("kind", [*Kind, "kind.of_tomorrow"])
def test_every_kind_of_event_is_shown_whatever_it_holds(auditors_browser, kind):  # noqa: F811
    events = [
        record(kind, before={HOSTILE: HOSTILE, "value": [HOSTILE]}, after={"value": {"x": HOSTILE}}, about=HOSTILE),
        record(kind, before=[HOSTILE], after=HOSTILE, model=HOSTILE),
        record(kind, before=7, after=None),
        record(kind),
    ]
    for event in events:
        page = page_of(auditors_browser, event)
        assert "<script>alert" not in page
        assert "\u202e" not in page
    assert auditors_browser.get(LIST).status_code == 200


def test_the_record_is_escaped_and_unchanged(auditors_browser):  # noqa: F811
    event = record("user.changed", before={"a": 1}, after={"a": 2})
    page = page_of(auditors_browser, event)
    assert "&quot;after&quot;:{&quot;a&quot;:2}" in page


def test_a_long_record_is_cut(auditors_browser):  # noqa: F811
    event = record("user.exported", ids="1-5," * 10_000)
    assert "(40010 characters)" in page_of(auditors_browser, event)


def test_lena_reads_none_of_it(lena, auditors_browser):  # noqa: F811
    event = record("user.changed", before={"a": 1}, after={"a": 2})
    hers = Client()
    sign_in(hers, lena)
    assert hers.get(f"{LIST}{event.pk}/change/").status_code in (302, 403, 404)
