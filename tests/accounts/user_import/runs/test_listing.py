"""The last runs on the page of imports."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import UserImport
from accounts.user_import import stopped
from tests.support.assumed import data_queries

from .test_views import page_of, text

pytestmark = pytest.mark.django_db


def test_the_import_page_lists_the_last_ten_runs_and_says_if_there_are_none(owners_browser, run, owner):
    for number in range(11):
        stopped(None, actor=owner, way="feed", problem=str(number))
    said = text(owners_browser.get(reverse("user_import")))
    assert (said.count("Stopped"), said.count("by the nightly feed"), said.count("nobody changed")) == (10, 10, 10)
    UserImport.objects.all().delete()
    assert "Nothing was imported yet." in text(owners_browser.get(reverse("user_import")))


def test_the_import_page_takes_one_query_for_its_list(owners_browser, run, owner):
    counted = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as captured:
            owners_browser.get(reverse("user_import"))
        counted.append(sum("accounts_userimport" in sql for sql in data_queries(captured)))
        stopped(None, actor=owner, way="feed", problem="")
    assert counted == [2, 2], "one for the list, one for the feed"


def test_the_upload_page_lists_the_last_imports(owners_browser, run):
    page = owners_browser.get(reverse("user_import")).content.decode()
    assert f'href="{page_of(run)}"' in page
    assert "&lt;staff&gt;.csv" in page
