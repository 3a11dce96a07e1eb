"""Uploads in an object store: through the pages that upload and download, and when the store is gone."""

from contextlib import ExitStack
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from config.files.object_store import ObjectStore
from config.files.uploads import StoreUnavailable
from learning.models import Document
from tests.learning.test_admin import add, document_data
from tests.support import object_stores
from tests.support.assumed import log_in_as, sign_in
from tests.support.learning_factories import PDF, make_document

pytestmark = pytest.mark.django_db
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def store(settings):
    with object_stores.serving() as address:
        settings.STORAGES = settings.STORAGES | {"default": object_stores.storage(address)}
        yield address


@pytest.fixture
def gone(settings):
    """Let the store be an address where nothing listens."""
    settings.STORAGES = settings.STORAGES | {"default": object_stores.storage(NOWHERE)}


@pytest.fixture
def carls_browser(client, carl):
    sign_in(client, carl)
    return client


def fetch(client, document, **headers):
    return client.get(reverse("document_file", args=[document.pk]), **headers)


def body(response):
    content = b"".join(response.streaming_content)
    if response.file_to_stream:  # none if a middleware has wrapped the stream
        response.file_to_stream.close()
    return content


def test_an_upload_in_the_administration_is_a_private_object_that_a_learner_downloads(store, carls_browser, lena):
    assert add(carls_browser, "document", document_data("Wall chart.pdf", PDF)).status_code == 302
    document = Document.objects.get()
    assert object_stores.names(store) == [document.file.name]
    acl = object_stores.client(store).get_object_acl(Bucket=object_stores.BUCKET, Key=document.file.name)
    assert [grant["Grantee"]["Type"] for grant in acl["Grants"]] == ["CanonicalUser"], "for its owner alone"
    sign_in(carls_browser, lena)
    response = fetch(carls_browser, document)
    assert (response.status_code, body(response)) == (200, PDF)
    assert response.headers["Content-Disposition"] == 'attachment; filename="Wall chart.pdf"'
    assert response.headers["Content-Length"] == str(len(PDF))
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    ranged = fetch(carls_browser, document, headers={"Range": "bytes=0-3"})
    assert (ranged.status_code, body(ranged)) == (200, PDF), "always the whole file"


def test_no_page_names_the_store(store, carls_browser):
    document = make_document(name="Wall chart.pdf")
    page = carls_browser.get(reverse("admin:learning_document_change", args=[document.pk])).content.decode()
    assert f'<a href="{reverse("document_file", args=[document.pk])}">Wall chart.pdf</a>' in page
    assert store not in page
    assert document.file.name not in page
    assert "Signature" not in page
    assert document.file.url == ""


def test_who_may_not_read_it_gets_no_object(store, client, max_, copenhagen):
    document = make_document("For Copenhagen", {"department": copenhagen})
    sign_in(client, max_)
    assert fetch(client, document).status_code == 404


def test_sam_downloads_in_lenas_place_and_it_is_on_record(store, client, sam, lena, norreport):
    document = make_document("For Nørreport", {"department": norreport})
    log_in_as(client, sam, lena)
    assert body(fetch(client, document)) == PDF
    assert (
        AuditEvent.objects.filter(assumed_session__isnull=False).order_by("-seq").first().kind
        == "assumed_session.looked"
    )


def test_a_wrong_type_is_refused_before_the_store_sees_it(store, carls_browser):
    assert add(carls_browser, "document", document_data("page.html", b"<html>")).status_code == 200
    assert object_stores.names(store) == []


def test_a_large_upload_leaves_no_temporary_file(store, carls_browser, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    content = PDF + b"\n%" + b"x" * (3 << 20)
    assert add(carls_browser, "document", document_data("large.pdf", content)).status_code == 302
    assert body(fetch(carls_browser, Document.objects.get())) == content
    assert list(tmp_path.rglob("*")) == []


def test_an_object_that_is_gone_is_said_to_the_learner_and_the_creator(store, client, lena, carl):
    document = make_document(name="Wall chart.pdf")
    object_stores.client(store).delete_object(Bucket=object_stores.BUCKET, Key=document.file.name)
    sign_in(client, lena)
    response = fetch(client, document)
    assert response.status_code == 404
    assert "“Wall chart.pdf” is meant for you, but it is gone from the storage." in response.content.decode()
    sign_in(client, carl)
    for address in (
        reverse("admin:learning_document_changelist"),
        reverse("admin:learning_document_changelist") + "?problems=yes",
        reverse("admin:learning_document_change", args=[document.pk]),
    ):
        assert "gone" in client.get(address).content.decode()


def test_while_the_store_is_gone_a_download_says_so_and_other_pages_work(gone, client, lena):
    document = Document(title="Kept", filename="chart.pdf", size=1, is_published=True, file="documents/chart.pdf")
    document.save()
    document.audience.create(is_everyone=True)
    sign_in(client, lena)
    response = fetch(client, document)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert "doesn't answer" in response.content.decode().replace("&#x27;", "'")
    assert client.get(reverse("document_list")).status_code == 200
    assert client.get("/readyz").status_code == 200, "the nodes share the store, so none is taken out"


def test_while_the_store_is_gone_an_upload_is_an_error_at_its_field_and_nothing_is_saved(gone, carls_browser):
    response = add(carls_browser, "document", document_data("Wall chart.pdf", PDF))
    assert response.status_code == 200
    page = response.content.decode()
    assert "stored at the moment" in page
    assert 'value="Wall chart"' in page, "what was typed stays"
    assert not Document.objects.exists()
    assert carls_browser.get(reverse("admin:learning_document_changelist")).status_code == 200


def test_a_store_that_goes_between_the_check_and_the_save_saves_nothing(store, carls_browser, monkeypatch):
    monkeypatch.setattr(ObjectStore, "_save", fail)
    events = AuditEvent.objects.count()
    carls_browser.raise_request_exception = False
    response = add(carls_browser, "document", document_data("Wall chart.pdf", PDF))
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "Nothing of what you sent is saved" in response.content.decode()
    assert (Document.objects.count(), AuditEvent.objects.count()) == (0, events)
    assert object_stores.names(store) == []


def fail(*args, **options):
    raise StoreUnavailable("gone")


def test_a_store_that_did_not_answer_is_left_alone_for_a_moment(gone, monkeypatch):
    asked = []
    monkeypatch.setattr("storages.backends.s3.S3Storage.exists", lambda _self, name: fail_to_connect(asked, name))
    for name in ("a", "b", "c"):
        with pytest.raises(StoreUnavailable):
            default_storage.exists(name)
    assert asked == ["a"]


def fail_to_connect(asked, name):
    asked.append(name)
    raise EndpointConnectionError(endpoint_url=NOWHERE)


def test_existing_files_move_to_the_store_and_a_second_run_copies_nothing(settings, tmp_path):
    kept, lost = make_document(), make_document("Lost", name="lost.pdf")
    Path(lost.file.path).unlink()
    with object_stores.serving() as address:
        settings.STORAGES = settings.STORAGES | {"default": object_stores.storage(address)}
        for counts in ("1 copied, 0 there already", "0 copied, 1 there already"):
            out = StringIO()
            with pytest.raises(CommandError, match=lost.file.name):
                call_command("move_uploads", str(tmp_path), stdout=out)
            assert out.getvalue() == f"{counts}, 1 in neither place.\n"
        assert object_stores.names(address) == [kept.file.name]
        object_stores.client(address).put_object(Bucket=object_stores.BUCKET, Key=kept.file.name, Body=b"half")
        lost.delete()
        call_command("move_uploads", str(tmp_path), stdout=StringIO())
        with default_storage.open(kept.file.name) as file:
            assert file.read() == PDF, "what an interrupted copy left is replaced"
    assert Path(tmp_path, kept.file.name).read_bytes() == PDF


@pytest.mark.parametrize("where", ["folder", "store"])
def test_files_that_no_row_names_are_deleted_when_they_are_old(where, settings):
    with ExitStack() as stack:
        if where == "store":
            address = stack.enter_context(object_stores.serving())
            settings.STORAGES = settings.STORAGES | {"default": object_stores.storage(address)}
        document = make_document()
        deleted = make_document("Deleted").file.name
        Document.objects.filter(file=deleted).delete()
        foreign = default_storage.save("documents/of somebody else.pdf", ContentFile(PDF))
        assert swept("--days", "1") == "0 files deleted."
        with pytest.raises(CommandError, match="at least one day"):
            swept("--days", "0")
        old = timezone.now() - timedelta(days=8)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(default_storage._wrapped), "get_modified_time", lambda self, name: old)
            assert swept("--dry-run") == f"{deleted}\n1 files would be deleted."
            assert swept() == "1 files deleted."
        assert [default_storage.exists(name) for name in (document.file.name, foreign, deleted)] == [True, True, False]


def swept(*words):
    out = StringIO()
    call_command("sweep_uploads", *words, stdout=out)
    return out.getvalue().strip()


def test_prepare_asks_the_store(store):
    out = StringIO()
    call_command("prepare_uploads", stdout=out)
    assert out.getvalue() == "Uploads can be stored.\n"
    default_storage._wrapped.bucket_name = "another"
    with pytest.raises(CommandError, match="can't be stored"):
        call_command("prepare_uploads")
