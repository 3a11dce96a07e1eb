"""The anchor file: what its absence means, and that an installation whose file can't be written says so."""

from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from audit import log
from audit.context import Person
from config import health

pytestmark = pytest.mark.django_db(transaction=True)


def write():
    with log.recording():
        log.record("user.imported", actor=Person(7, "Sam", ""))


def ids():
    return [error.id for error in run_checks(include_deployment_checks=True) if error.id.startswith("audit")]


def test_on_a_fresh_log_a_missing_anchor_file_is_an_empty_one(settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    out = StringIO()
    call_command("verify_audit", anchors=settings.AUDIT_ANCHOR_FILE, stdout=out)
    assert "0 events, 0 erased texts: clean" in out.getvalue()
    write()
    call_command("verify_audit", anchors=settings.AUDIT_ANCHOR_FILE, stdout=out)
    assert "1 events, 0 erased texts: clean" in out.getvalue()


def test_where_the_log_has_events_a_missing_anchor_file_can_not_be_judged(tmp_path):
    write()
    with pytest.raises(CommandError, match="The anchors can't be read") as error:
        call_command("verify_audit", anchors=str(tmp_path / "none"))
    assert error.value.returncode == 2


@pytest.mark.parametrize("path", ["", "anchors", "there"])
def test_an_anchor_file_that_can_be_written_is_ready_and_not_made_by_asking(settings, tmp_path, client, path):
    (tmp_path / "there").touch()
    settings.AUDIT_ANCHOR_FILE = path and str(tmp_path / path)
    assert client.get("/readyz").content == b"ok\n"
    assert health.missing() == ""
    assert ids() == []
    assert [file.name for file in tmp_path.iterdir()] == ["there"]


@pytest.mark.parametrize("path", ["", "none/anchors", "file/anchors"])
def test_an_anchor_file_that_can_not_be_written_is_told(settings, tmp_path, client, path):
    (tmp_path / "file").touch()
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / path)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"not ready\n")
    assert health.missing() == "the audit anchor file can't be written"
    assert ids() == ["audit.E002"]


def test_a_node_with_a_retired_key_is_not_ready(settings):
    write()
    keys = settings.AUDIT_KEYS
    settings.AUDIT_KEYS = {"k2": "a newer secret", **keys}
    call_command("rotate_audit_key")
    assert health.missing() == ""
    settings.AUDIT_KEYS = keys
    assert health.missing() == "the audit key is retired"
