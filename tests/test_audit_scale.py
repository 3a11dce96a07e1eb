"""The log at any length: built with a valid chain, read a page at a time, and never counted as a whole."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from audit.kinds import Kind
from audit.models import AuditEvent
from audit.verification import verify
from config.demo import audit as demo_audit

pytestmark = pytest.mark.django_db


def test_a_generated_log_goes_on_from_the_chain_there_is_and_verifies(
    monkeypatch, settings, tmp_path, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(demo_audit, "BATCH", 400)
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    said = io.StringIO()
    with django_capture_on_commit_callbacks(execute=True):
        call_command("seed_demo", audit_events=700, stdout=said)
        before = AuditEvent.objects.count()
        call_command("seed_demo", audit_events=300, stdout=said)
    assert AuditEvent.objects.count() == before + 300
    assert "Audit events: 700 of 700," in said.getvalue()
    assert "Audit events: 300 of 300," in said.getvalue()
    report = verify((tmp_path / "anchors").read_text().splitlines())
    assert (report.exit_code, report.events) == (0, before + 300)
    assert report.warnings == [(before - 699, "the clock went back")]


def test_a_generated_log_tells_of_two_years_of_whole_sessions():
    call_command("seed_demo", audit_events=900, stdout=io.StringIO())
    times = list(AuditEvent.objects.order_by("seq").values_list("at", flat=True))[1:]
    assert timedelta(days=600) < times[-1] - times[0] < timedelta(days=731)
    assert times[-1] <= timezone.now()
    kinds = set(AuditEvent.objects.values_list("kind", flat=True))
    assert {
        f"assumed_session.{word}" for word in ("started", "request", "changed", "outcome", "ended", "refused")
    } < kinds
    started = AuditEvent.objects.filter(kind=Kind.ASSUMED_SESSION_STARTED)
    ended = AuditEvent.objects.filter(kind=Kind.ASSUMED_SESSION_ENDED)
    assert started.count() > 40
    assert set(ended.values_list("assumed_session")) <= set(started.values_list("assumed_session"))
    assert started.values("texts__text").filter(texts__part="reason").distinct().count() > 40
