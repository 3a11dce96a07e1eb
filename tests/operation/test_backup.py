"""A drill: back up beside writers, lose everything, restore in another place."""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile

import pytest

from config.settings import BASE_DIR
from tests.support.installations import installation

# Long: each test is several processes. The quick sample is tests/config/backup/.
pytestmark = pytest.mark.long

# Records events until the file with the name of its argument is there, one transaction each, and prints their number.
WRITER = """
import sys
from pathlib import Path
from audit import log
written = 0
while not Path(%r).exists():
    with log.recording():
        log.record("user.changed", detail={"number": written})
    written += 1
    Path(%r).write_text(str(written))
print(written)
"""
RECORD = "from audit import log\nwith log.recording(): log.record('user.changed', detail={'since': 'the backup'})"
STATE = """
from datetime import timedelta
from django.test import Client
from django.test.utils import setup_test_environment
from django.utils import timezone
setup_test_environment()
from accounts.models import Mail, User
from impersonation.models import AssumedSession
from tests.support.assumed import log_in_as, sign_in
sam, lena, maria = (User.objects.get(email=f"{name}@harbour.example") for name in ("sam", "lena", "max"))
log_in_as(Client(SERVER_NAME="localhost"), sam, lena)
sign_in(Client(SERVER_NAME="localhost"), maria)
Mail.objects.create(kind="invitation", recipient=maria)
Mail.objects.create(kind="invitation", recipient=lena, sent_at=timezone.now())
"""


def files_of(place):
    """Return the hash of each file of a folder by its path there."""
    found = [path for path in place.rglob("*") if path.is_file()]
    return {str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def manifest_of(file):
    with tarfile.open(file) as archive:
        return json.load(archive.extractfile("manifest.json"))


def back_up_beside_a_writer(here, file):
    """Back up while another process records events, and return how many it had recorded by then, and in all."""
    done, count = here.folder / "done", here.folder / "count"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", WRITER % (str(done), str(count))]
    writer = subprocess.Popen(
        command, cwd=BASE_DIR, env=here.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        while not count.exists():
            assert writer.poll() is None
        here.run("backup", file)
        meanwhile = int(count.read_text() or 0)
    finally:
        done.touch()
        written = int(writer.communicate()[0])
    return meanwhile, written


@pytest.fixture(scope="module")
def drill(tmp_path_factory):
    """Return an installation with a backup, which has recorded more since, and an empty place for the restore."""
    folder = tmp_path_factory.mktemp("drill")
    with installation(folder, "lost") as lost, installation(folder, "found") as found:
        lost.run("migrate", "--verbosity=0")
        lost.run("seed_demo")
        lost.python(STATE)
        file = folder / "backup.tar"
        meanwhile, written = back_up_beside_a_writer(lost, file)
        print(f"events recorded during the backup {meanwhile}, in all {written}")
        lost.python(RECORD)
        yield lost, found, file


def test_a_backup_beside_writers_is_restored_as_it_was_and_says_what_was_lost(drill):
    lost, found, file = drill
    manifest, uploads = manifest_of(file), files_of(lost.uploads)
    assert len(uploads) == 6
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert lost.rows("SELECT MAX(seq) FROM audit_auditevent")[0][0] > manifest["head"]["seq"]
    # The machine is gone but for the anchors, which are kept elsewhere.
    shutil.copy(lost.anchors, found.anchors)
    before = found.anchors.read_bytes()
    said = found.run("restore", file)
    assert files_of(found.uploads) == uploads
    kept = {table: found.rows(f'SELECT COUNT(*) FROM "{table}"')[0][0] for table in manifest["counts"]}
    emptied = {"django_session": 0, "config_cacheentry": 0}
    assert kept == manifest["counts"] | emptied
    assert manifest["counts"]["django_session"] == 2
    assert found.anchors.read_bytes() == before
    for words in ("Everybody is signed out.", "live: 1.", "not sent again: invitation 1.", "acknowledge_restore"):
        assert words in said
    verified = found.manage("verify_audit")
    assert verified.returncode == 3, verified.stdout
    declared = found.manage("acknowledge_restore", "--yes", "--reason", "The disk of the old machine broke")
    assert declared.returncode == 0, declared.stderr
    assert found.manage("verify_audit").returncode == 0


def test_the_restored_copy_without_newer_anchors_is_clean(drill, tmp_path):
    _lost, _found, file = drill
    with installation(tmp_path, "alone") as alone:
        alone.run("restore", file)
        anchors = alone.anchors.read_text().splitlines()
        newest = manifest_of(file)["head"]["seq"]
        # The writer went on between the database and the anchors; the proof of that is in the backup too.
        alone.anchors.write_text("\n".join(line for line in anchors if json.loads(line)["seq"] <= newest) + "\n")
        verified = alone.manage("verify_audit")
        assert (verified.returncode, verified.stdout) == (0, f"{newest} events, 0 erased texts: clean\n")


def test_no_session_and_no_mail_of_the_backup_comes_back_to_life(drill, tmp_path):
    _lost, _found, file = drill
    with installation(tmp_path, "again") as again:
        again.run("restore", file)
        assert again.rows("SELECT COUNT(*) FROM django_session") == [(0,)]
        mails = "SELECT kind, sent_at IS NULL, given_up_at IS NULL FROM accounts_mail ORDER BY id"
        assert [tuple(map(bool, row[1:])) for row in again.rows(mails)] == [(True, False), (False, True)]
        assert again.rows("SELECT cause FROM impersonation_assumedsession WHERE ended_at IS NULL") == [("",)]
        assert "browser_session_gone: 1" in again.run("end_lapsed_sessions")


def test_waiting_mail_is_sent_if_the_operator_says_so(drill, tmp_path):
    _lost, _found, file = drill
    with installation(tmp_path, "mails") as mails:
        said = mails.run("restore", file, "--send-waiting-mail")
        assert mails.rows("SELECT COUNT(*) FROM accounts_mail WHERE sent_at IS NULL AND given_up_at IS NULL") == [(1,)]
        assert "not sent again" not in said


def test_a_database_that_holds_people_is_replaced_only_on_demand(drill, tmp_path):
    lost, _found, file = drill
    events = lost.rows("SELECT COUNT(*) FROM audit_auditevent")
    refused = lost.manage("restore", file)
    assert refused.returncode == 1
    assert "--replace deletes what it holds" in refused.stderr
    mistyped = lost.manage("restore", file, "--replace", input="something else\n")
    assert mistyped.returncode == 1
    assert "Nothing was changed." in mistyped.stderr
    assert lost.rows("SELECT COUNT(*) FROM audit_auditevent") == events
    with installation(tmp_path, "replaced") as replaced:
        replaced.run("restore", file)
        replaced.rows("UPDATE accounts_user SET first_name = 'Changed'")
        replaced.run("restore", file, "--replace", "--yes")
        assert replaced.rows("SELECT COUNT(*) FROM accounts_user WHERE first_name = 'Changed'") == [(0,)]
        assert replaced.manage("check", "--deploy").stderr.count("audit.E") == 0


@pytest.mark.postgresql
def test_triggers_and_grants_of_the_log_survive(drill, tmp_path):
    _lost, _found, file = drill
    with installation(tmp_path, "grants") as restored:
        restored.run("restore", file)
        enabled = "SELECT DISTINCT tgenabled FROM pg_trigger WHERE tgrelid::regclass::text LIKE 'audit_%' "
        always = restored.rows(enabled + "AND NOT tgisinternal")
        assert always == [("A",)]
