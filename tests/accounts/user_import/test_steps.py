"""An import with progress: what the script reads, and what holds if somebody goes away or changes people meanwhile."""

import json
import logging
from unittest import mock

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import FileShape, User, UserImport
from accounts.user_import import uploads
from accounts.user_import.applying import apply
from accounts.users import progress
from audit.verification.checker import verify
from tests.support.assumed import events, sign_in
from tests.support.factories import UserFactory
from tests.support.import_files import row, rows
from tests.support.import_pages import PREVIEW, UPLOAD, confirm, kept_files, looked_at, seen

pytestmark = pytest.mark.django_db
PEOPLE = [row(f"N-{number}", "Nora", f"Lund{number}", f"nora{number}@harbour.example") for number in range(3)]
FOR_SCRIPTS = {"headers": {"accept": progress.CONTENT_TYPE}}


@pytest.fixture
def hannes_browser(client, hanne):
    sign_in(client, hanne)
    return client


@pytest.fixture
def one_by_one(monkeypatch):
    monkeypatch.setattr(apply, "BATCH", 1)


def lines(response):
    assert response.streaming
    return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]


def leave(response):
    """Close the response as the server does for a browser that is gone, but keep the connection of the test."""
    with mock.patch.object(connection, "close_if_unusable_or_obsolete"):
        response.close()


def address_of(run, suffix="?imported"):
    return reverse("user_import_run", args=[run.pk]) + suffix


@pytest.mark.usefixtures("one_by_one")
def test_the_script_reads_how_far_the_import_is_and_goes_to_its_page(hannes_browser):
    page = looked_at(hannes_browser, rows(*PEOPLE))
    response = confirm(hannes_browser, page, **FOR_SCRIPTS)
    assert UserImport.objects.count() == 0, "nothing is done before the server reads"
    said = lines(response)
    run = UserImport.objects.get()
    assert said == [{"done": 1, "of": 3}, {"done": 2, "of": 3}, {"done": 3, "of": 3}, {"go": address_of(run)}]
    assert "Imported: 3 new." in hannes_browser.get(address_of(run)).content.decode()
    assert "Imported: 3 new." not in hannes_browser.get(address_of(run, "")).content.decode()
    assert kept_files() == 0
    assert hannes_browser.get(PREVIEW).url == UPLOAD
    assert verify().exit_code == 0


@pytest.mark.usefixtures("one_by_one")
def test_updates_and_new_people_are_counted_together(hannes_browser, lena):
    page = looked_at(hannes_browser, rows(row(first="Lene", place="Nørreport"), *PEOPLE[:1]))
    said = lines(confirm(hannes_browser, page, **FOR_SCRIPTS))
    assert said[:-1] == [{"done": 1, "of": 2}, {"done": 2, "of": 2}]


def test_without_the_script_the_page_of_the_run_is_the_answer(hannes_browser):
    page = looked_at(hannes_browser, rows(*PEOPLE))
    response = confirm(hannes_browser, page)
    assert (response.status_code, response.url) == (302, address_of(UserImport.objects.get()))


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_a_browser_that_goes_away_changes_nothing_and_can_begin_again(hannes_browser, steps):
    page = looked_at(hannes_browser, rows(*PEOPLE))
    response = confirm(hannes_browser, page, **FOR_SCRIPTS)
    pieces = iter(response.streaming_content)
    for _step in range(steps):
        next(pieces)
    assert User.objects.filter(last_name__startswith="Lund").count() == steps
    leave(response)
    assert User.objects.filter(last_name__startswith="Lund").count() == 0
    assert (UserImport.objects.count(), FileShape.objects.count()) == (0, 0)
    assert events("user.imported") == events("user.created") == []
    assert kept_files() == 1
    page = hannes_browser.get(PREVIEW).content.decode()
    assert lines(confirm(hannes_browser, page, **FOR_SCRIPTS))[-1] == {"go": address_of(UserImport.objects.get())}
    assert verify().exit_code == 0


def test_somebody_who_is_changed_meanwhile_leads_back_to_the_preview_with_the_reason(hannes_browser, lena):
    page = looked_at(hannes_browser, rows(row(first="Lene", place="Nørreport"), *PEOPLE))
    response = confirm(hannes_browser, page, **FOR_SCRIPTS)
    User.objects.filter(pk=lena.pk).update(first_name="Helena")
    assert lines(response) == [{"go": f"{PREVIEW}?stopped=changed"}]
    assert User.objects.filter(last_name__startswith="Lund").count() == 0
    page = hannes_browser.get(f"{PREVIEW}?stopped=changed").content.decode()
    assert "Nothing was imported: somebody changed people" in page
    assert "<s>Helena</s>" in page
    assert confirm(hannes_browser, page).status_code == 302


def test_a_mass_change_that_it_became_meanwhile_leads_back_to_its_number(hannes_browser, lena, max_):
    UserFactory.create_batch(40)
    left = [
        row(first="Lena", place="Nørreport", status="Inactive"),
        row(first="Max", last="Kjær", email="max@harbour.example", place="Aarhus", status="Inactive"),
    ]
    page = looked_at(hannes_browser, rows(*left))
    assert "More changes than usual" not in page
    response = confirm(hannes_browser, page, **FOR_SCRIPTS)
    User.objects.filter(last_name="Jensen").update(is_active=False)
    assert lines(response) == [{"go": f"{PREVIEW}?stopped=unconfirmed"}]
    page = hannes_browser.get(f"{PREVIEW}?stopped=unconfirmed").content.decode()
    assert "Nothing was changed: type 2 to confirm." in page
    assert User.objects.filter(pk__in=[lena.pk, max_.pk], is_active=True).count() == 2


def test_a_right_that_is_lost_meanwhile_ends_it(hannes_browser, hanne, caplog):
    page = looked_at(hannes_browser, rows(*PEOPLE))
    response = confirm(hannes_browser, page, **FOR_SCRIPTS)
    hanne.groups.clear()
    with caplog.at_level(logging.ERROR, logger="accounts.users.progress"):
        assert lines(response) == [{"failed": True}]
    assert (UserImport.objects.count(), hannes_browser.get(PREVIEW).status_code) == (0, 404)


def test_of_two_tabs_at_once_one_imports(hannes_browser):
    page = looked_at(hannes_browser, rows(*PEOPLE))
    first, second = (confirm(hannes_browser, page, **FOR_SCRIPTS) for _tab in range(2))
    assert lines(first)[-1] == {"go": address_of(UserImport.objects.get())}
    assert lines(second) == [{"go": f"{PREVIEW}?stopped=changed"}]
    said = hannes_browser.get(f"{PREVIEW}?stopped=changed", follow=True).content.decode()
    assert "The file is no longer here: it was imported or discarded" in said
    assert address_of(UserImport.objects.get(), "") in said


def test_a_file_that_was_chosen_meanwhile_stays(hannes_browser):
    page = looked_at(hannes_browser, rows(*PEOPLE))
    response = confirm(hannes_browser, page, **FOR_SCRIPTS)
    looked_at(hannes_browser, rows(row("O-1", "Other", "Person", "other@harbour.example")))
    token = hannes_browser.session[uploads.IN_SESSION]
    assert "go" in lines(response)[-1]
    assert hannes_browser.session[uploads.IN_SESSION] == token
    assert "other@harbour.example" in hannes_browser.get(PREVIEW).content.decode()


def test_what_was_not_seen_or_not_confirmed_is_refused_before_it_begins(hannes_browser, lena, max_):
    page = looked_at(
        hannes_browser, rows(row(status="Inactive"), row("", "Max", "Kjær", max_.email, "", "", "Inactive"))
    )
    for data, status in (({"seen": ""}, 409), ({"seen": seen(page), "typed": "1"}, 422)):
        response = hannes_browser.post(PREVIEW, {"step": "confirm"} | data, **FOR_SCRIPTS)
        assert (response.status_code, response.streaming) == (status, False)
    assert UserImport.objects.count() == 0
