"""A backup is whole or not there, and holds no key."""

import json
import os
import tarfile
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from accounts.second_factor_keys import encrypt
from audit.models import AuditEvent
from config.backup import archive, postgresql, uploads, writing
from config.backup.errors import BackupError
from config.backup.writing import back_up
from learning.models import Document
from tests.support.assumed import log_in_as
from tests.support.installations import TOOLS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def tools_on_path(monkeypatch):
    monkeypatch.setenv("PATH", os.pathsep.join(filter(None, (TOOLS, os.environ["PATH"]))))


@pytest.fixture
def file(tmp_path):
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "one.tar"


def damage(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_a_backup_says_what_it_holds_and_what_it_needs_and_holds_no_key(client, sam, lena, catalogue, file):
    log_in_as(client, sam, lena)
    lena.authenticator_set.create(type="totp", data={"secret": encrypt("a secret")})
    manifest = back_up(file)
    assert manifest["engine"] == connection.vendor
    assert manifest["counts"]["accounts_user"] == User.objects.count() == 2
    newest = AuditEvent.objects.order_by("-seq")[0]
    assert manifest["head"] == {
        "log_id": str(newest.log_id), "seq": newest.seq, "entry_hash": newest.entry_hash,
    }  # fmt: skip
    assert manifest["keys"] == {"AUDIT_KEYS": ["k1"], "SECOND_FACTOR_KEYS": ["k1"]}
    assert manifest["live_assumed_sessions"] == 1
    assert manifest["missing_uploads"] == []
    assert len([name for name in manifest["parts"] if name.startswith("uploads/")]) == 2
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert [path.name for path in file.parent.iterdir()] == ["one.tar"]
    content = file.read_bytes()
    for secret in (settings.SECRET_KEY, *settings.AUDIT_KEYS.values(), *settings.SECOND_FACTOR_KEYS.values()):
        assert secret.encode() not in content


def test_the_command_says_where_keys_belong(lena, file):
    said = StringIO()
    call_command("backup", str(file), stdout=said)
    assert "1 people, 0 audit events, 0 uploads" in said.getvalue()
    assert "The keys are not in it" in said.getvalue()


def test_an_earlier_backup_is_never_overwritten(lena, file):
    file.write_text("an earlier backup")
    with pytest.raises(BackupError, match="is there already"):
        back_up(file)
    assert file.read_text() == "an earlier backup"


def test_a_backup_needs_a_file_to_read_back():
    with pytest.raises(CommandError, match="it needs a file"):
        call_command("backup", "-")


def test_a_folder_that_is_not_there_is_named(file):
    with pytest.raises(BackupError, match=r"No such file or directory\. No file was left behind"):
        back_up(file.parent / "nowhere" / "one.tar")


@pytest.mark.parametrize("moment", ["write", "read_back"])
def test_a_full_disk_leaves_no_file(monkeypatch, lena, file, moment):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.os if moment == "write" else writing, "fsync" if moment == "write" else moment, full)
    with pytest.raises(BackupError, match=r"No space left on device\. No file was left behind"):
        back_up(file)
    assert list(file.parent.iterdir()) == []


def test_what_was_not_written_well_is_not_kept(monkeypatch, lena, file):
    real = writing.write

    def damaging(path, folder):
        manifest = real(path, folder)
        damage(path, 2000)
        return manifest

    monkeypatch.setattr(writing, "write", damaging)
    with pytest.raises(BackupError, match="is damaged"):
        back_up(file)
    assert list(file.parent.iterdir()) == []


def test_a_database_that_was_not_copied_well_is_not_kept(monkeypatch, lena, file):
    real = writing.facts.uploads

    def cutting(rows):
        names = real(rows)
        [dump] = file.parent.glob(".one.tar.*/database.*")
        dump.write_bytes(dump.read_bytes()[: dump.stat().st_size // 2])
        return names

    monkeypatch.setattr(writing.facts, "uploads", cutting)
    with pytest.raises(BackupError, match=r"Make another backup|pg_restore failed"):
        back_up(file)
    assert list(file.parent.iterdir()) == []


def test_an_upload_that_is_gone_is_named_and_the_others_are_kept(catalogue, file):
    document = Document.objects.get()
    default_storage.delete(document.file.name)
    said = StringIO()
    call_command("backup", str(file), stdout=said, stderr=said)
    assert f"The storage doesn't have the upload '{document.file.name}'" in said.getvalue()
    with archive.checked(file) as opened:
        assert opened.manifest["missing_uploads"] == [document.file.name]


def test_a_storage_that_can_not_be_read_is_no_missing_file(monkeypatch, catalogue, file):
    def refused(name):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(uploads.default_storage, "open", refused)
    with pytest.raises(BackupError, match="Permission denied"):
        back_up(file)
    assert list(file.parent.iterdir()) == []


def test_a_cut_or_altered_or_foreign_file_is_no_backup(lena, file, tmp_path):
    back_up(file)
    whole = file.read_bytes()
    for content, said in (
        (whole[: len(whole) // 2], "no backup|has no manifest"),
        (whole[:-20_000], "no backup|has no manifest|manifest .* can't be read"),
        (b"not a tar file" * 100, "is no backup"),
        (b"", "is no backup"),
    ):
        broken = tmp_path / "broken.tar"
        broken.write_bytes(content)
        with pytest.raises(BackupError, match=said), archive.checked(broken):
            pytest.fail("it was opened")
    damage(file, 3000)
    with pytest.raises(BackupError, match=r"is damaged: database\."), archive.checked(file):
        pytest.fail("it was opened")


def test_only_plain_files_are_read_from_an_archive(tmp_path):
    path = tmp_path / "link.tar"
    with tarfile.open(path, "w") as tar:
        link = tarfile.TarInfo("uploads/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(BackupError, match="which no backup has"), archive.checked(path):
        pytest.fail("it was opened")


def test_a_backup_of_a_newer_version_is_refused(monkeypatch, lena, file):
    monkeypatch.setattr(archive, "FORMAT", 2)
    back_up(file)
    monkeypatch.undo()
    with pytest.raises(BackupError, match="newer version of Standin"), archive.checked(file):
        pytest.fail("it was opened")


def test_a_file_is_stored_once_and_replaced_if_it_differs(catalogue, file):
    back_up(file)
    document = Document.objects.get()
    default_storage.delete(document.file.name)
    default_storage.save(document.file.name, ContentFile(b"something else"))
    for _time in range(2):
        with archive.checked(file) as opened:
            assert uploads.restore(opened) == 2
        with default_storage.open(document.file.name) as stored:
            assert stored.read() == b"a,b"
    assert len(list(Path(settings.MEDIA_ROOT).rglob("*.csv"))) == 2  # no copy under another name


@pytest.mark.postgresql
def test_missing_or_old_tools_are_explained(monkeypatch, lena, file):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BackupError, match=r"pg_dump is not on PATH\. Install the client programs"):
        back_up(file)
    monkeypatch.setattr(postgresql, "run", lambda *command: "pg_dump (PostgreSQL) 9.6\n")
    with pytest.raises(BackupError, match=r"The server is PostgreSQL \d+, and pg_dump on PATH is"):
        back_up(file)


@pytest.mark.postgresql
def test_the_password_is_in_no_command_line(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "a password")
    commands = []

    def run(command, env, **options):
        commands.append(command)
        assert env["PGPASSWORD"] == "a password"
        return type("Done", (), {"returncode": 0, "stdout": ""})

    monkeypatch.setattr(postgresql.subprocess, "run", run)
    postgresql.run("pg_dump", "--list")
    assert json.dumps(commands) == '[["pg_dump", "--list"]]'


def test_the_programs_of_postgresql_are_told_which_of_several_hosts_is_meant(monkeypatch):
    settings = {"HOST": "db1,db2", "PORT": "", "USER": "standin", "PASSWORD": "p", "NAME": "standin"}
    settings["OPTIONS"] = {"target_session_attrs": "read-write", "sslmode": "require"}
    monkeypatch.setattr(postgresql, "connection", SimpleNamespace(settings_dict=settings))
    told = postgresql.environment()
    assert [told[name] for name in ("PGHOST", "PGTARGETSESSIONATTRS", "PGSSLMODE")] == [
        "db1,db2",
        "read-write",
        "require",
    ]
