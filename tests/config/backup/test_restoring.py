"""What a restore refuses before it changes anything, and what it keeps."""

import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Mail, User
from audit import log, triggers
from audit.models import AuditEvent, AuditText
from audit.verification.erasure import erase
from config.backup import archive, engines, kept_outside, restoring
from config.backup.restoring import missing_keys, why_not_restore
from config.backup.writing import back_up
from impersonation.models import AssumedSession, Notice
from tests.support.assumed import log_in_as, sign_in
from tests.support.installations import TOOLS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def tools_on_path(monkeypatch):
    monkeypatch.setenv("PATH", os.pathsep.join(filter(None, (TOOLS, os.environ["PATH"]))))


@pytest.fixture
def anchors(settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    return tmp_path / "anchors"


@pytest.fixture
def manifest(lena, tmp_path):
    return back_up(tmp_path / "one.tar")


def test_another_kind_of_database_is_refused(manifest):
    other = next(vendor for vendor in engines.NAMES if vendor != connection.vendor)
    refused = why_not_restore(manifest | {"engine": other}, replace=True)
    assert refused.startswith(f"The backup is of {engines.NAMES[other]}, and DATABASE_URL is")


def test_a_backup_of_newer_code_is_refused(manifest):
    newer = manifest | {"migrations": [*manifest["migrations"], "accounts.9999_later"]}
    assert "(accounts.9999_later). Install that version, or a newer one." in why_not_restore(newer, replace=True)


def test_a_database_that_holds_somebody_is_refused_unless_it_is_to_be_replaced(manifest):
    assert why_not_restore(manifest, replace=True) == ""
    assert why_not_restore(manifest, replace=False).startswith("The database holds 1 people and 0 audit events.")


@pytest.mark.postgresql
def test_an_older_server_and_a_role_that_owns_nothing_are_refused(manifest):
    assert "which is older" in why_not_restore(manifest | {"server": 99}, replace=True)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE standin_restores")
        try:
            cursor.execute("SET ROLE standin_restores")
            refused = engines.engine().refusal(manifest)
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute("DROP ROLE standin_restores")
    assert (
        refused == "The role 'standin_restores' may not replace the tables. Sign in as their owner, who runs migrate."
    )


def test_a_missing_key_is_named_before_anything_is_changed(settings, manifest):
    needing = manifest | {"keys": {"AUDIT_KEYS": ["k0", "k1"], "SECOND_FACTOR_KEYS": ["k9"]}}
    assert list(missing_keys(needing)) == [
        "AUDIT_KEYS has no key 'k0', which the backup needs to verify its audit log.",
        "SECOND_FACTOR_KEYS has no key 'k9', which the backup needs to read its second factors.",
    ]
    assert list(missing_keys(manifest)) == []


def test_a_check_changes_nothing(manifest, lena, tmp_path):
    said = StringIO()
    call_command("restore", str(tmp_path / "one.tar"), "--check", stdout=said)
    assert "undamaged." in said.getvalue()
    lena.refresh_from_db()


def test_a_damaged_file_changes_nothing(manifest, lena, tmp_path):
    file = tmp_path / "one.tar"
    file.write_bytes(file.read_bytes()[:-11_000])
    with pytest.raises(CommandError):
        call_command("restore", str(file), "--replace", "--yes")
    lena.refresh_from_db()


def test_everybody_is_signed_out_and_no_mail_is_sent_a_second_time(manifest, client, sam, lena, tmp_path):
    session = log_in_as(client, sam, lena)
    Mail.objects.create(kind="invitation", recipient=lena)
    Mail.objects.create(kind="test", recipient=lena, sent_at=timezone.now())
    file = tmp_path / "two.tar"
    back_up(file)
    head = AuditEvent.objects.order_by("-seq").values("seq", "entry_hash")[0]
    with log.recording():
        log.record("user.changed", detail={"since": "the backup"})
    lena.delete()
    said = StringIO()
    call_command("restore", str(file), "--replace", "--yes", stdout=said)
    assert "not sent again: invitation 1." in said.getvalue()
    assert "Assumed sessions that were live: 1." in said.getvalue()
    assert User.objects.filter(email=lena.email).exists()
    assert Session.objects.count() == 0
    assert [mail.sent_at is None for mail in Mail.objects.filter(given_up_at=None)] == [False]
    # Its notice is still to be sent, and nothing was recorded, so that the acknowledgement comes first.
    assert list(Notice.objects.values_list("sent_at", "given_up_at")) == [(None, None)]
    assert AuditEvent.objects.order_by("-seq").values("seq", "entry_hash")[0] == head
    assert client.get(reverse("dashboard")).status_code == 302
    call_command("end_lapsed_sessions", stdout=StringIO())
    assert AssumedSession.objects.get(pk=session.pk).cause == "browser_session_gone"
    assert triggers.missing(connection) == []


def test_the_name_of_the_database_is_typed_before_people_are_deleted(manifest, lena, tmp_path, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda question: "yes")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(tmp_path / "one.tar"), "--replace", stdout=StringIO())
    lena.refresh_from_db()
    monkeypatch.setattr("builtins.input", lambda question: Path(str(connection.settings_dict["NAME"])).name)
    User.objects.update(first_name="Changed")
    call_command("restore", str(tmp_path / "one.tar"), "--replace", stdout=StringIO())
    assert User.objects.get().first_name == "Lena"


def test_a_restore_that_fails_leaves_the_database_as_it_was(manifest, lena, tmp_path, monkeypatch):
    monkeypatch.setattr(restoring, "HELD", "UPDATE no_such_table SET x = 1")
    with pytest.raises(CommandError, match="Stop the servers and timers first"):
        call_command("restore", str(tmp_path / "one.tar"), "--replace", "--yes")
    lena.refresh_from_db()


def test_newer_anchors_are_kept_and_missing_ones_come_back(anchors, client, sam, lena, tmp_path):
    log_in_as(client, sam, lena)
    old = anchors.read_bytes()
    back_up(tmp_path / "one.tar")
    with log.recording():
        log.record("user.changed", detail={"a": 1})
    newer = anchors.read_bytes()
    with archive.checked(tmp_path / "one.tar") as opened:
        [said] = kept_outside.restore(opened)
        assert said.startswith("Kept ")
        assert anchors.read_bytes() == newer != old
        anchors.unlink()
        assert kept_outside.restore(opened) == [f"Restored {anchors}."]
        assert anchors.read_bytes() == old


def test_an_erasure_is_listed_by_number_and_repeated_if_the_log_forgot_it(anchors, client, sam, lena):
    log_in_as(client, sam, lena)
    done = erase(person_id=lena.pk, legal_basis="She asked for it")
    [line] = kept_outside.files()[kept_outside.ERASURES].read_text().splitlines()
    assert "Lena" not in line
    assert "asked" not in line
    assert list(kept_outside.undone()) == []
    event = AuditEvent.objects.order_by("-seq")[0]
    # The list says of a later time what a restored log doesn't know.
    later = line.replace(event.at.isoformat(), (event.at + timedelta(days=1)).isoformat())
    kept_outside.files()[kept_outside.ERASURES].write_text("not JSON\n" + later + "\n")
    [undone] = kept_outside.undone()
    assert (undone.person_id, undone.seq) == (lena.pk, event.seq)
    assert done.as_target == 1


def test_the_list_of_erasures_is_for_the_accounts_that_read_the_anchors(anchors, client, sam, lena):
    anchors.touch()
    anchors.chmod(0o660)
    log_in_as(client, sam, lena)
    umask = os.umask(0o077)
    try:
        erase(person_id=lena.pk, legal_basis="She asked for it")
    finally:
        os.umask(umask)
    listed = kept_outside.files()[kept_outside.ERASURES]
    assert [oct(file.stat().st_mode & 0o777) for file in (anchors, listed)] == ["0o660", "0o660"]


def test_the_erasures_are_repeated_once(anchors, client, sam, lena):
    log_in_as(client, sam, lena)
    head = AuditEvent.objects.order_by("-seq")[0]
    listed = kept_outside.files()[kept_outside.ERASURES]
    listed.write_text(f'{{"person_id": {lena.pk}, "log_id": "x", "seq": 9, "at": "{head.at.isoformat()}"}}\n')
    for options, expected in (
        (["--dry-run"], ["1 texts to be erased.", "1 erasures to be repeated."]),
        ([], ["1 texts erased.", "1 erasures repeated."]),
        ([], ["0 erasures repeated."]),
    ):
        said = StringIO()
        call_command("repeat_erasures", *options, stdout=said)
        assert [line.partition(": ")[2] or line for line in said.getvalue().splitlines()] == expected
    reason = AuditText.objects.get(event=AuditEvent.objects.order_by("-seq")[0], part="reason").text
    assert "which a restore undid" in reason
    assert len(listed.read_text().splitlines()) == 2


def test_a_list_that_can_not_be_written_is_logged_and_erases_all_the_same(
    settings, tmp_path, client, sam, lena, caplog
):
    log_in_as(client, sam, lena)
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "nowhere" / "anchors")
    assert erase(person_id=lena.pk, legal_basis="She asked for it").as_target == 1
    assert "repeat this erasure by hand" in caplog.text


def test_without_an_anchor_file_the_log_stream_has_the_erasure(settings, client, sam, lena, caplog):
    settings.AUDIT_ANCHOR_FILE = ""
    log_in_as(client, sam, lena)
    with caplog.at_level("INFO", logger="audit.erasure"):
        erase(person_id=lena.pk, legal_basis="She asked for it")
    assert f'"person_id": {lena.pk}' in caplog.text
    assert list(kept_outside.undone()) == []
    sign_in(client, sam)
