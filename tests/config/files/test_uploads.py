"""The folder of uploads, when it is a mount that can be gone."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import reverse

from config.files.uploads import MARK, StoreUnavailable
from learning.models import Document
from tests.learning.test_admin import add, document_data
from tests.support.assumed import sign_in
from tests.support.learning_factories import PDF, make_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def mounted(settings, tmp_path):
    """Let MEDIA_ROOT be named by the operator, and prepare it."""
    folder = tmp_path / "mount"
    settings.MEDIA_ROOT = folder
    marked = {"BACKEND": "config.files.uploads.Folder", "OPTIONS": {"is_marked": True}}
    settings.STORAGES = settings.STORAGES | {"default": marked}
    call_command("prepare_uploads", stdout=StringIO())
    return folder


def unmount(folder):
    """Leave an empty folder, as a mount point is."""
    shutil.rmtree(folder)
    folder.mkdir()


def test_a_folder_that_was_never_prepared_is_not_used(mounted, client):
    assert client.get("/readyz").status_code == 200
    (mounted / MARK).unlink()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready\n")
    with pytest.raises(StoreUnavailable, match="is it mounted"):
        make_document()
    assert list(mounted.iterdir()) == []


def test_a_mount_that_is_gone_is_an_error_and_not_a_missing_file(mounted, client, lena, carl):
    document = make_document()
    unmount(mounted)
    sign_in(client, lena)
    assert client.get(reverse("document_file", args=[document.pk])).status_code == 503
    sign_in(client, carl)
    assert "gone" not in client.get(reverse("admin:learning_document_changelist")).content.decode()
    assert "stored at the moment" in add(client, "document", document_data("chart.pdf", PDF)).content.decode()
    assert Document.objects.count() == 1
    assert list(mounted.iterdir()) == [], "nothing lands on the disk of the node"
    for command in (["sweep_uploads"], ["move_uploads", str(mounted)]):
        with pytest.raises(CommandError, match="Stopped"):
            call_command(*command, stdout=StringIO())


def test_with_the_mount_a_missing_file_is_missing(mounted, client, lena):
    document = make_document()
    Path(document.file.path).unlink()
    sign_in(client, lena)
    assert client.get(reverse("document_file", args=[document.pk])).status_code == 404


def test_a_disk_that_is_full_saves_nothing(mounted, client, carl, monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.filesystem.FileSystemStorage._save", full)
    sign_in(client, carl)
    client.raise_request_exception = False
    response = add(client, "document", document_data("chart.pdf", PDF))
    assert response.status_code == 503
    assert not Document.objects.exists()


def test_the_folder_and_its_mark_are_for_one_user(mounted):
    assert [oct(path.stat().st_mode & 0o777) for path in (mounted, mounted / MARK)] == ["0o700", "0o600"]
    assert default_storage.url("documents/a.pdf") == ""
