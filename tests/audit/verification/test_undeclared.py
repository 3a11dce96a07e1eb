"""Until a restore is declared, the log stream and the auditors are told."""

import pytest

from audit.models import AuditEvent
from audit.verification import undeclared
from tests.support.assumed import sign_in

from .test_restores import anchor_file, declare, restored, roll_back, write

__all__ = ["anchor_file", "restored"]  # fixtures
pytestmark = pytest.mark.django_db(transaction=True)


def test_until_it_is_declared_the_log_stream_and_the_auditor_are_told(restored, client, audrey, caplog):
    undeclared.told.clear()
    assert client.get("/readyz").content == b"ok\n"
    client.get("/readyz")
    assert caplog.text.count("The anchors know audit event #10, which this log doesn't have") == 1
    last = AuditEvent.objects.latest("seq")
    assert undeclared.undeclared()[0] == 10
    sign_in(client, audrey)
    restored.write_text("".join(restored.read_text().splitlines(keepends=True)[:10]))
    page = client.get("/admin/audit/auditevent/").content.decode()
    assert "The anchors know audit event #10" in page
    declare(restored)
    undeclared.told.clear()
    caplog.clear()
    client.get("/readyz")
    assert "The anchors know" not in caplog.text
    page = client.get("/admin/audit/auditevent/").content.decode()
    assert "The anchors know" not in page
    assert "A backup was restored: events #" in page
    assert last.seq < 10


def test_another_machine_whose_last_anchor_is_a_lost_one_knows_the_declaration(restored, settings, tmp_path):
    other = tmp_path / "other"
    other.write_text(restored.read_text())
    declare(restored)
    settings.AUDIT_ANCHOR_FILE = str(other)
    assert undeclared.undeclared() is None


@pytest.mark.parametrize("content", ["", "nonsense\n", '{"seq": 0}\n', None])
def test_a_file_without_a_last_anchor_says_nothing(anchor_file, content):
    if content is not None:
        anchor_file.write_text(content)
    assert undeclared.undeclared() is None


def test_it_is_told_while_the_log_goes_on_and_the_end_of_a_long_file_is_enough(anchor_file, monkeypatch):
    write(*range(1, 41))
    roll_back(30)
    monkeypatch.setattr(undeclared, "TAIL", 4096)
    assert anchor_file.stat().st_size > undeclared.TAIL
    write(1, 2, 3)
    assert undeclared.undeclared() == (40, undeclared.undeclared()[1])
    write(*range(20))
    assert undeclared.undeclared() is None


def test_anchors_that_agree_cost_one_query(anchor_file, django_assert_num_queries):
    write(1, 2, 3)
    with django_assert_num_queries(1):
        assert undeclared.undeclared() is None
