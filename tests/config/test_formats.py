"""One format of dates: the administration writes them as our own pages do, and forms still take what they took."""

import pytest
from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.translation import override

from tests.support.assumed import sign_in
from tests.support.learning_factories import make_module

AT = timezone.datetime(2026, 11, 26, 14, 13)


def test_dates_and_times_are_written_one_way():
    assert date_format(AT, "DATETIME_FORMAT") == date_format(AT, "j M Y, H:i") == "26 Nov 2026, 14:13"
    assert (date_format(AT, "DATE_FORMAT"), date_format(AT, "TIME_FORMAT")) == ("26 Nov 2026", "14:13")
    assert get_format("DATE_INPUT_FORMATS")[0] == "%Y-%m-%d"
    with override("de"):
        assert date_format(AT, "DATE_FORMAT") == "26. November 2026"


@pytest.mark.django_db
def test_the_administration_has_the_frame_of_every_page_and_its_dates(client, carl):
    module = make_module("Ovens", published_from=timezone.make_aware(AT))
    sign_in(client, carl)
    page = client.get("/admin/learning/module/").content.decode()
    assert "26\N{NO-BREAK SPACE}Nov\N{NO-BREAK SPACE}2026, 14:13" in page
    for address in (
        "/admin/",
        "/admin/learning/",
        "/admin/learning/module/",
        f"/admin/learning/module/{module.pk}/change/",
    ):
        page = client.get(address).content.decode()
        for frame in ('class="masthead"', "css/site.css", 'class="footer"', 'id="content"'):
            assert page.count(frame) == 1, (address, frame)
        assert "Standin administration" not in page
        assert "admin/css/dark_mode.css" not in page
        assert "<style" not in page
