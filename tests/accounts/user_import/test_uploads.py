"""Who may upload a list of people, what can be uploaded, and that the file leaves no trace."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import FileShape, User
from accounts.user_import import uploads
from tests.support.assumed import log_in_as, sign_in
from tests.support.factories import permission_type
from tests.support.import_files import rows
from tests.support.import_pages import (
    COLUMNS,
    MAPPING,
    NEW,
    PREVIEW,
    SKIPPED,
    UPLOAD,
    confirm,
    kept_files,
    looked_at,
    upload,
)

pytestmark = pytest.mark.django_db
PAGES = (UPLOAD, COLUMNS, PREVIEW, SKIPPED, MAPPING)


@pytest.fixture
def hannes_browser(client, hanne):
    sign_in(client, hanne)
    return client


def test_the_right_is_asked_for_on_every_page(client, lena, mona, rita, owner, copenhagen):
    for person in (lena, mona):
        sign_in(client, person)
        assert {client.get(page).status_code for page in PAGES} == {404}
        assert client.post(COLUMNS, {"column_0": "email"}).status_code == 404
        assert upload(client, rows(NEW)).status_code == 404
        assert client.post(PREVIEW, {"step": "confirm"}).status_code == 404
    rita.groups.add(permission_type("HR, Copenhagen", "import_people", departments=[copenhagen]))
    sign_in(client, rita)
    for page in PAGES:
        response = client.get(page)
        assert response.status_code == 403
        assert "takes the right to import people for the whole company" in response.content.decode()
    assert UPLOAD not in client.get(reverse("user_list")).content.decode()
    sign_in(client, owner)
    assert f'href="{UPLOAD}"' in client.get(reverse("user_list")).content.decode()
    assert client.get(UPLOAD).status_code == 200
    assert kept_files() == 0


def test_on_somebodys_behalf_nothing_is_imported(client, owner, hanne):
    log_in_as(client, owner, hanne)
    assert upload(client, rows(NEW)).status_code == 403
    assert client.post(PREVIEW, {"step": "confirm"}).status_code == 403
    assert client.post(COLUMNS, {"column_0": "email"}).status_code == 403
    assert kept_files() == 0


def test_what_is_confirmed_is_the_file_that_was_looked_at(hannes_browser):
    first = looked_at(hannes_browser, rows(NEW))
    looked_at(hannes_browser, rows(NEW.replace("Nora", "Other")), "other.csv")
    response = confirm(hannes_browser, first)
    assert response.status_code == 409
    assert "other.csv" in response.content.decode()
    assert hannes_browser.post(PREVIEW, {"step": "confirm"}).status_code == 409, "without a look nothing is confirmed"
    assert not User.objects.filter(external_id="N-1").exists()
    assert kept_files() == 1, "a new file takes the place of the older one"


def test_the_file_belongs_to_one_person_and_one_browser(hannes_browser, hanne, owner):
    page = looked_at(hannes_browser, rows(NEW))
    token = hannes_browser.session[uploads.IN_SESSION]
    assert token not in page
    assert token not in str(hannes_browser.cookies)
    elsewhere = Client()
    sign_in(elsewhere, hanne)
    assert elsewhere.get(PREVIEW).url == UPLOAD
    assert confirm(elsewhere, page).url == UPLOAD
    sign_in(elsewhere, owner)
    session = elsewhere.session
    session[uploads.IN_SESSION] = token
    session.save()
    assert elsewhere.get(PREVIEW).url == UPLOAD
    assert elsewhere.get(SKIPPED).status_code == 404
    assert not User.objects.filter(external_id="N-1").exists()


def test_the_file_is_forgotten_when_given_up_and_after_half_an_hour(hannes_browser, hanne):
    looked_at(hannes_browser, rows(NEW))
    assert hannes_browser.post(PREVIEW, {"step": "cancel"}).url == UPLOAD
    assert kept_files() == 0
    page = looked_at(hannes_browser, rows(NEW))
    cache.set("something-else", "stays", 3600)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert kept_files() == 1
        call_command("end_lapsed_sessions")
        assert kept_files() == 0
        sign_in(hannes_browser, hanne)  # the proof of identity is older than the file
        response = confirm(hannes_browser, page, follow=True)
        page = response.content.decode()
        assert "The file is no longer here: it was imported or discarded, or lay here for 30 minutes." in page
        assert "Last imports" in page
        assert cache.get("something-else") == "stays"
    assert not User.objects.filter(external_id="N-1").exists()


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("people.csv", b"x" * (uploads.MAX_BYTES + 1), "The file has 10.0 MB; 10 MB is the limit."),
        ("people.csv", b"", "The file is empty."),
        ("people.xls", b"x", "“.xls” can&#x27;t be read here. Save the file as .xlsx or .csv."),
    ],
)
def test_a_file_that_cannot_be_is_refused_with_a_sentence(hannes_browser, name, content, sentence):
    response = upload(hannes_browser, content, name)
    page = response.content.decode().replace("\xa0", " ")
    assert (response.status_code, kept_files()) == (422, 0)
    assert sentence in page
    assert hannes_browser.post(UPLOAD).status_code == 422
    assert "up to 10 MB" in hannes_browser.get(UPLOAD).content.decode()


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("people.xlsx", b"PK\x03\x04 not a workbook", "The file is not a readable Excel workbook"),
        ("people.csv", b"\xd0\xcf\x11\xe0", "This is an old Excel file (.xls)."),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_offers_nothing(hannes_browser, name, content, expected):
    response = upload(hannes_browser, content, name)
    assert response.status_code == 422
    page = response.content.decode()
    assert expected in page
    assert kept_files() == 0
    assert not re.search(f"value=.confirm|{SKIPPED}", page)


@pytest.mark.parametrize(
    "decided",
    [{"mapping": None}, {"mapping": None, "left_out": []} | {"newer": 1}, {"mapping": None, "left_out": None}, "x"],
)
def test_choices_of_another_version_count_as_none(hannes_browser, decided):
    upload(hannes_browser, rows(NEW))
    token = hannes_browser.session[uploads.IN_SESSION]
    cache.set(uploads.PREFIX + token + uploads.CHOICES, decided, 60)
    assert hannes_browser.get(PREVIEW).status_code == 200


def test_a_heading_with_nul_is_remembered_without_it(hannes_browser):
    page = looked_at(hannes_browser, b"E-mail,First name,No\0te\nnora@harbour.example,Nora,x\n")
    assert confirm(hannes_browser, page).status_code == 302
    assert "Note" in FileShape.objects.get().mapping["columns"]
