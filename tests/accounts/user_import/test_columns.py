"""The pages of columns and questions: what was said stays, is remembered, and is its person's alone."""

import io
import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import FileShape, User
from accounts.user_import import uploads
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.mapping import Mapping
from tests.support.assumed import sign_in
from tests.support.import_files import row, rows, workbook
from tests.support.import_pages import (
    COLUMNS,
    MAPPING,
    NEW,
    PREVIEW,
    RUNS,
    UPLOAD,
    answered,
    confirm,
    kept_files,
    looked_at,
    mapped,
    problems,
    seen,
    tally,
    upload,
)

pytestmark = pytest.mark.django_db
LENA = row(first="Lena", place="Nørreport", status="Barsel")
MAX = row(first="Max", last="Kjær", email="max@harbour.example", place="Aarhus", status="Ruhend")


@pytest.fixture
def hannes_browser(client, hanne):
    sign_in(client, hanne)
    return client


def text(client, address=PREVIEW):
    response = client.get(address)
    assert response.status_code == 200, response
    return response.content.decode()


def offered(client):
    """Return the choices of the page of columns, by heading."""
    form = client.get(COLUMNS).context["form"]
    return {bound.label: bound.initial for bound in form if bound.name.startswith("column_")}


def answers(client):
    """Return the sentences of the open questions."""
    form = client.get(PREVIEW).context["answers"]
    return [question.sentence for question, _field, _offered in form.rows()] if form else []


def test_a_file_that_nobody_has_described_leads_to_its_columns(hannes_browser):
    assert upload(hannes_browser, rows(NEW)).url == COLUMNS
    page = text(hannes_browser, COLUMNS)
    assert "<li>nora@harbour.example</li>" in page
    assert "Remembered" not in page
    assert "What the columns are" in text(hannes_browser), "and back from the preview"


def test_what_is_wrong_stands_above_the_form_and_at_its_field(hannes_browser):
    upload(hannes_browser, rows(NEW))
    response = mapped(hannes_browser, **{"Last name": "first_name", "E-mail": "unused"})
    assert response.status_code == 422
    page = response.content.decode()
    summary = page[page.index("Nothing is saved yet") : page.index("</ul>", page.index("Nothing is saved yet"))]
    assert "Say which column is the email address." in summary
    assert '<a href="#id_column_2">Last name</a>' in summary
    message = "“First name” can be one column only: “First name” is it already."
    assert page.count(message) == 2
    assert 'id="id_column_2_error"' in page
    assert 'aria-describedby="id_column_2_error"' in page
    assert '<option value="first_name" selected>' in page, "what was chosen stays"
    assert 'tabindex="-1" autofocus' in " ".join(page.split())


def test_what_was_said_stays_on_the_way_back_and_after_a_reload(hannes_browser):
    upload(hannes_browser, rows(NEW))
    mapped(hannes_browser, **{"Job title": "unused", "lists": "everybody"})
    for _look in range(2):
        assert offered(hannes_browser)["Job title"] == "unused"
        assert hannes_browser.get(COLUMNS).context["form"].initial["lists"] == "everybody"
        assert "These columns are not used: Job title." in text(hannes_browser)


def test_a_new_file_begins_without_what_was_said_about_the_last(hannes_browser):
    upload(hannes_browser, rows(NEW))
    mapped(hannes_browser, **{"Job title": "unused", "lists": "everybody"})
    upload(hannes_browser, rows(NEW))
    assert offered(hannes_browser)["Job title"] == "job_profile"
    assert hannes_browser.get(COLUMNS).context["form"].initial["lists"] == "some"


def test_what_was_imported_is_remembered_and_both_pages_say_who_said_it(hannes_browser, owner):
    looked_at(hannes_browser, rows(NEW), **{"Job title": "unused"})
    assert not FileShape.objects.exists(), "nothing is remembered of a file that nobody has imported"
    assert confirm(hannes_browser, text(hannes_browser)).url.startswith(RUNS)
    colleague = Client()
    sign_in(colleague, owner)
    assert upload(colleague, rows(NEW, MAX)).url == PREVIEW
    for page in (COLUMNS, PREVIEW):
        assert "the columns and words are read as Hanne Riis said on" in text(colleague, page)
    assert offered(colleague)["Job title"] == "unused"
    mapped(colleague)
    assert "Remembered" not in text(colleague), "it is what she has said herself"
    FileShape.objects.update(changed_by=None)
    upload(colleague, rows(NEW, MAX))
    assert "are read as somebody said on" in text(colleague)


def test_unknown_words_are_answered_one_by_one_and_asked_again_on_demand(hannes_browser, lena, max_):
    looked_at(hannes_browser, rows(LENA, MAX))
    asked = answers(hannes_browser)
    assert len(asked) == 2
    assert 'value="confirm"' not in text(hannes_browser)
    assert answered(hannes_browser, {"Barsel": "keep"}).url == PREVIEW
    assert [sentence for sentence in asked if "Ruhend" in sentence] == answers(hannes_browser)
    assert answered(hannes_browser, {"Ruhend": "inactive"}).url == PREVIEW
    page = text(hannes_browser)
    assert tally(page) == [0, 1, 1, 0]
    assert hannes_browser.post(PREVIEW, {"step": "again"}).url == PREVIEW
    assert answers(hannes_browser) == asked
    assert offered(hannes_browser)["Status"] == "status"


def test_answers_of_an_earlier_import_can_be_asked_again_too(hannes_browser, lena, max_):
    looked_at(hannes_browser, rows(LENA, MAX))
    answered(hannes_browser, {"Barsel": "keep", "Ruhend": "inactive"})
    confirm(hannes_browser, text(hannes_browser))
    upload(hannes_browser, rows(LENA, MAX))
    page = text(hannes_browser)
    assert "There is nothing to import" in page
    assert "Answer the questions again" in page
    hannes_browser.post(PREVIEW, {"step": "again"})
    assert len(answers(hannes_browser)) == 2
    answered(hannes_browser, {"Barsel": "keep", "Ruhend": "active"})
    assert tally(text(hannes_browser)) == [0, 1, 1, 0], "Max comes back"


def test_an_answer_is_needed_and_says_so(hannes_browser, lena):
    looked_at(hannes_browser, rows(LENA))
    response = answered(hannes_browser, {})
    assert response.status_code == 422
    assert "Nothing is changed yet: choose an answer first." in response.content.decode()


def test_an_answer_that_is_not_offered_says_so_and_keeps_the_others(hannes_browser, lena, max_):
    looked_at(hannes_browser, rows(LENA, MAX))
    response = answered(hannes_browser, {"Barsel": "keep", "Ruhend": "perhaps"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "This answer is not offered any more" in page
    assert page.count('role="radiogroup" aria-invalid="true" aria-describedby="id_') == page.count("aria-invalid") == 1
    assert page.count(" checked") == 1
    assert len(answers(hannes_browser)) == 2


def test_an_answer_to_a_question_that_is_gone_shows_what_the_file_would_do_now(hannes_browser, lena):
    looked_at(hannes_browser, rows(NEW))
    response = hannes_browser.post(PREVIEW, {"step": "answer"})
    assert response.status_code == 409
    assert "Nothing was imported: somebody changed" in response.content.decode()


def test_rows_left_for_later_are_named_with_the_question(hannes_browser, lena, max_):
    looked_at(hannes_browser, rows(LENA, NEW))
    answered(hannes_browser, {"Barsel": "out"})
    page = text(hannes_browser)
    assert [(line, column) for line, column, _sentence in problems(page)] == [("Line 2", "Status")]
    assert tally(page)[0] == 1


def test_a_probable_duplicate_is_joined_or_created(hannes_browser, lena):
    User.objects.filter(pk=lena.pk).update(external_id="71")
    twin = row("00071", email="lena.s@harbour.example")
    looked_at(hannes_browser, rows(twin))
    answered(hannes_browser, {"00071 Lena": "71"})
    assert tally(text(hannes_browser)) == [0, 1, 0, 0]
    hannes_browser.post(PREVIEW, {"step": "again"})
    answered(hannes_browser, {"00071 Lena": "new"})
    assert tally(text(hannes_browser)) == [1, 0, 0, 0]


def test_the_mapping_is_downloaded_for_the_command(hannes_browser, lena):
    upload(hannes_browser, rows(LENA))
    said = Mapping.loads(b"".join(hannes_browser.get(MAPPING).streaming_content).decode())
    assert said.columns["Job title"] is Field.JOB_PROFILE, "what the headings say, before anybody says it"
    mapped(hannes_browser, **{"Job title": "unused"})
    answered(hannes_browser, {"Barsel": "keep"})
    response = hannes_browser.get(MAPPING)
    assert response["Content-Disposition"] == 'attachment; filename="mapping.json"'
    content = b"".join(response.streaming_content).decode()
    assert json.loads(content)["version"] == 1
    said = Mapping.loads(content)
    assert (said.columns["Job title"], said.statuses) == (Field.UNUSED, {"barsel": "keep"})
    # A file of another shape has its own.
    hannes_browser.post(PREVIEW, {"step": "cancel"})
    assert hannes_browser.get(MAPPING).status_code == 404


def test_a_file_without_a_readable_column_has_no_mapping_to_download(hannes_browser, monkeypatch):
    upload(hannes_browser, rows(NEW))
    monkeypatch.setattr(uploads.Upload, "open", lambda upload: io.BytesIO(b"\xd0\xcf\x11\xe0"))
    assert hannes_browser.get(MAPPING).status_code == 404
    assert hannes_browser.get(COLUMNS).status_code == 422
    assert kept_files() == 0


def test_what_was_decided_is_one_persons_in_one_browser(hannes_browser, hanne, owner, lena):
    page = looked_at(hannes_browser, rows(LENA))
    token = hannes_browser.session[uploads.IN_SESSION]
    for person, has_token in ((hanne, False), (owner, True)):
        elsewhere = Client()
        sign_in(elsewhere, person)
        if has_token:
            session = elsewhere.session
            session[uploads.IN_SESSION] = token
            session.save()
        assert elsewhere.get(COLUMNS).url == UPLOAD
        assert elsewhere.post(COLUMNS, {"column_0": "email"}).url == UPLOAD
        for data in ({"step": "answer"}, {"step": "again"}, {"step": "confirm", "seen": "x"}):
            assert elsewhere.post(PREVIEW, data).url == UPLOAD
        assert elsewhere.get(MAPPING).status_code == 404
    assert len(answers(hannes_browser)) == 1, "nobody has answered it"
    assert "Barsel" in page


def test_each_step_keeps_the_file_for_another_half_hour(hannes_browser, hanne, lena):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        upload(hannes_browser, rows(LENA))
        clock.move_to(start + timedelta(minutes=25))
        sign_in_again(hannes_browser, hanne)
        mapped(hannes_browser)
        clock.move_to(start + timedelta(minutes=50))
        sign_in_again(hannes_browser, hanne)
        assert len(answers(hannes_browser)) == 1
        clock.move_to(start + timedelta(minutes=56))
        assert hannes_browser.get(PREVIEW).url == UPLOAD


def sign_in_again(client, person):
    """Sign in with a new authentication, and keep the file of the browser session."""
    token = client.session[uploads.IN_SESSION]
    sign_in(client, person)
    session = client.session
    session[uploads.IN_SESSION] = token
    session.save()


def test_more_changes_than_usual_are_confirmed_by_the_number(hannes_browser, lena, max_):
    page = looked_at(hannes_browser, rows(LENA.replace("Barsel", "Inactive"), MAX.replace("Ruhend", "Inactive")))
    assert "2 of 3 active people would be deactivated." in page
    token = seen(page)
    for said in ("", "3", "two", "2x", "9" * 12):
        response = hannes_browser.post(PREVIEW, {"step": "confirm", "seen": token, "typed": said})
        assert response.status_code == 422
        again = response.content.decode()
        assert "Nothing was changed: type 2 to confirm." in again
        assert (seen(again), f'value="{said}"' in again) == (token, True)
    assert User.objects.filter(is_active=False).count() == 0
    assert hannes_browser.post(PREVIEW, {"step": "confirm", "seen": token, "typed": " 2 "}).url.startswith(RUNS)
    assert User.objects.filter(is_active=False).count() == 2


def test_a_workbook_says_which_sheet_is_read(hannes_browser):
    upload(
        hannes_browser, workbook(["Mitarbeiterliste"], ["Vorname", "E-Mail"], ["Ute", "ute@harbour.example"]), "m.xlsx"
    )
    assert "Line 1 is above the headings and is not read." in text(hannes_browser, COLUMNS)


def test_pages_take_the_same_queries_for_one_row_and_for_many(hannes_browser, django_assert_num_queries):
    many = [row(str(n), f"P{n}", email=f"p{n}@harbour.example", status=f"Word{n}") for n in range(30)]
    for lines in (many[:1], many):
        upload(hannes_browser, rows(*lines))
        with django_assert_num_queries(COLUMNS_QUERIES):
            hannes_browser.get(COLUMNS)
        mapped(hannes_browser)
        with django_assert_num_queries(UPLOAD_QUERIES):
            hannes_browser.get(UPLOAD)
        with django_assert_num_queries(MAPPING_QUERIES):
            hannes_browser.get(MAPPING)


COLUMNS_QUERIES, UPLOAD_QUERIES, MAPPING_QUERIES = 6, 5, 10
