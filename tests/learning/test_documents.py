"""Documents: which files may be uploaded, and how and to which users they are handed out."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learning import uploads
from learning.models import Document
from tests.support.assumed import log_in_as, sign_in
from tests.support.learning_factories import PDF, make_document

pytestmark = pytest.mark.django_db


def office(folder, *names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in ("[Content_Types].xml", f"{folder}/document.xml", *names):
            archive.writestr(name, "<xml/>")
    return content.getvalue()


def fetch(client, document):
    return client.get(reverse("document_file", args=[document.pk]))


def body(response):
    return b"".join(response.streaming_content)


def test_lena_gets_the_file_as_a_download_that_no_browser_shows_as_a_page(client, lena):
    sign_in(client, lena)
    response = fetch(client, make_document(name="Wall chart.pdf"))
    assert response.status_code == 200
    assert body(response) == PDF
    assert response.headers["Content-Disposition"] == 'attachment; filename="Wall chart.pdf"'
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "no-store"


def test_max_does_not_get_what_is_not_for_him_and_a_stranger_is_sent_to_sign_in(client, max_, copenhagen):
    document = make_document("For Copenhagen", {"department": copenhagen})
    sign_in(client, max_)
    assert fetch(client, document).status_code == 404
    assert "For Copenhagen" not in client.get(reverse("document_list")).content.decode()
    response = fetch(Client(), document)
    assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("account_login"))


def test_the_stored_file_is_not_reached_by_any_other_address(client, lena):
    document = make_document()
    sign_in(client, lena)
    for address in (f"/media/{document.file.name}", f"/static/{document.file.name}", f"/{document.file.name}"):
        assert client.get(address).status_code == 404


def test_a_file_that_is_gone_is_not_found(client, lena):
    document = make_document()
    Path(document.file.path).unlink()
    sign_in(client, lena)
    assert fetch(client, document).status_code == 404


def test_sam_can_fetch_lenas_document_in_an_assumed_session(client, sam, lena, norreport):
    document = make_document("For Nørreport", {"department": norreport})
    log_in_as(client, sam, lena)
    response = fetch(client, document)
    assert response.status_code == 200
    assert body(response) == PDF


def test_the_list_says_what_is_downloaded(client, lena):
    make_document("Cleaning plan", name="plan.csv", content=b"What,When\nGrinder,evening\n", summary="Who cleans what.")
    sign_in(client, lena)
    page = client.get(reverse("document_list")).content.decode()
    assert "Cleaning plan" in page
    assert "Who cleans what." in page
    assert "Download · CSV, 26\xa0bytes" in page
    assert f'datetime="{timezone.localdate().isoformat()}' in page, "and since when it is here"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("A.PDF", PDF),
        ("a.png", b"\x89PNG\r\n\x1a\n..."),
        ("a.jpg", b"\xff\xd8\xff\xe0..."),
        ("a.jpeg", b"\xff\xd8\xff\xe0..."),
        ("a.docx", office("word")),
        ("a.xlsx", office("xl")),
        ("a.pptx", office("ppt")),
        ("a.csv", b"a;b\n"),
        ("a.csv", b"< 5;b\n"),
        ("a.txt", "Blåbær\n".encode()),
    ],
)
def test_these_files_may_be_uploaded(name, content):
    file = SimpleUploadedFile(name, content)
    uploads.validate(file)
    assert file.read() == content


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.html", b"<html>", "can't be uploaded"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "can't be uploaded"),
        ("a.exe", b"MZ", "can't be uploaded"),
        ("a", PDF, "can't be uploaded"),
        ("a.pdf.html", PDF, "can't be uploaded"),
        ("a.pdf", b"<html><script>alert(1)</script>", "not what its name says"),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not what its name says"),
        ("a.txt", b"MZ\x00\x01", "not what its name says"),
        ("a.docx", office("xl"), "not what its name says"),
        ("a.docx", office("word", "word/vbaProject.bin"), "not what its name says"),
        ("a.xlsx", b"PK\x03\x04 not an archive", "not what its name says"),
        ("a.csv", b"\xef\xbb\xbf \n<HTML>;b", "not what its name says"),
        ("a.txt", b"<?xml version='1.0'?><svg/>", "not what its name says"),
        ("a.txt", b"", "empty"),
    ],
)
def test_these_files_may_not_be_uploaded(name, content, said):
    with pytest.raises(ValidationError) as error:
        uploads.validate(SimpleUploadedFile(name, content))
    assert said in str(error.value.messages[0])


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_SIZE", len(PDF) - 1)
    with pytest.raises(ValidationError, match="at most"):
        uploads.validate(SimpleUploadedFile("a.pdf", PDF))


@pytest.mark.parametrize(
    ("uploaded", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\Carl\\Plan.PDF", "Plan.pdf"),
        ("a\r\nX-Evil: 1.txt", "aX-Evil: 1.txt"),
        (".txt", "txt"),
        (" . .csv", "file.csv"),
        ("æble " * 50 + ".csv", ("æble " * 50)[:120].rstrip() + ".csv"),
    ],
)
def test_the_name_that_people_see_has_no_path_and_nothing_unprintable(uploaded, shown):
    assert uploads.shown_name(uploaded) == shown


def test_the_stored_name_is_nothing_of_the_uploaders(settings):
    document = make_document(name="../../Secret plan.pdf")
    stored = Path(document.file.path)
    assert stored.parent == Path(settings.MEDIA_ROOT) / "documents"
    assert stored.suffix == ".pdf"
    assert len(stored.stem) == 32
    assert Document.objects.get().filename == "Secret plan.pdf"
