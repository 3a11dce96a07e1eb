"""Events become one chain, with their transaction or not at all."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import JobProfile, User
from audit import context, log
from audit.context import Person
from audit.kinds import Kind
from audit.models import AuditEvent, AuditText
from audit.verification.checker import verify
from config.settings import BASE_DIR
from tests.impersonation.test_killed import database_url
from tests.support.assumed import data_queries

pytestmark = pytest.mark.django_db

SAM, LENA = Person(7, "Sam Okafor", "sam@harbour.example"), Person(8, "Lena Sørensen", "lena@harbour.example")


def write(number=1, **fields):
    with log.recording():
        for _ in range(number):
            log.record("user.imported", actor=SAM, detail={"rows": 3}, **fields)


def texts(event):
    return {text.part: json.loads(text.text) for text in event.texts.all()}


def test_events_are_numbered_from_one_and_the_chain_verifies():
    write(3)
    write(2, target=LENA, reason={"category": "other", "text": "A look"})
    assert list(AuditEvent.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4, 5]
    report = verify()
    assert (report.events, report.exit_code, report.altered) == (5, 0, [])
    assert AuditEvent.objects.values("log_id").distinct().count() == 1


def test_an_event_names_actor_target_address_and_reason():
    with context.scoped(address="192.0.2.7", user_agent="Firefox"):
        write(target=LENA, reason={"text": "A look"})
    event = AuditEvent.objects.get()
    assert (event.actor_id, event.target_id, event.kind, event.outcome) == (7, 8, "user.imported", "done")
    assert texts(event) == {
        "actor": {"name": "Sam Okafor", "email": SAM.email, "address": "192.0.2.7", "user_agent": "Firefox"},
        "target": {"name": "Lena Sørensen", "email": LENA.email},
        "reason": {"text": "A look"},
        "detail": {"rows": 3},
    }


def test_what_is_not_told_comes_from_the_context():
    with context.scoped(actor=SAM, target=LENA), log.recording():
        log.record("user.imported")
    event = AuditEvent.objects.get()
    assert (event.actor_id, event.target_id, event.detail_commitment) == (7, 8, None)


def test_without_a_recording_nothing_can_be_recorded():
    with pytest.raises(RuntimeError):
        log.record("user.imported")


def test_an_error_takes_the_change_and_its_event_back():
    with pytest.raises(ZeroDivisionError), log.recording():
        JobProfile.objects.create(name="Barista")
        log.record("user.imported")
        raise ZeroDivisionError
    assert not AuditEvent.objects.exists()
    assert not JobProfile.objects.exists()


def test_an_error_inside_takes_only_its_own_events_back():
    with log.recording():
        log.record("user.imported", detail={"which": "outer"})
        with pytest.raises(ZeroDivisionError), log.recording():
            JobProfile.objects.create(name="Barista")
            log.record("user.imported", detail={"which": "inner"})
            raise ZeroDivisionError
    assert [texts(event)["detail"]["which"] for event in AuditEvent.objects.all()] == ["outer"]
    assert not JobProfile.objects.exists()


HOSTILE = ["NUL \0 in it", "half \ud83d a pair", "'; DROP TABLE audit_auditevent; --", "日本 ✓"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_kept_and_verifies(hostile):
    write(reason={"text": hostile})
    assert texts(AuditEvent.objects.get())["reason"]["text"] == hostile
    assert verify().exit_code == 0


@pytest.mark.parametrize("number", [1, 20])
def test_appending_costs_three_statements_however_many_events(number):
    with CaptureQueriesContext(connection) as captured:
        write(number)
    assert len(data_queries(captured)) == 3, data_queries(captured)


def test_appending_after_a_rotation_costs_the_same(settings):
    write()
    settings.AUDIT_KEYS = {"k2": "a newer secret", **settings.AUDIT_KEYS}
    call_command("rotate_audit_key")
    with CaptureQueriesContext(connection) as captured:
        write()
    assert len(data_queries(captured)) == 3, data_queries(captured)


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_machine_whose_clock_is_a_little_behind_takes_the_time_of_the_head():
    for behind in (0, 2, 5):
        with time_machine.travel(NOON - timedelta(seconds=behind), tick=False):
            write()
    assert list(AuditEvent.objects.values_list("at", flat=True)) == [NOON] * 3
    assert verify().warnings == []


def test_a_clock_that_went_back_is_written_as_it_is_and_told(caplog):
    for behind in (0, 6):
        with time_machine.travel(NOON - timedelta(seconds=behind), tick=False):
            write()
    assert AuditEvent.objects.get(seq=2).at == NOON - timedelta(seconds=6)
    assert (verify().exit_code, verify().warnings) == (0, [(2, "the clock went back")])
    assert "The clock is 0:00:06 behind the newest audit event" in caplog.text


def test_the_time_is_that_of_the_place_in_the_chain_not_of_the_waiting():
    with time_machine.travel(NOON, tick=False) as clock, log.recording():
        log.record("user.imported")
        clock.shift(timedelta(seconds=20))
    assert AuditEvent.objects.get().at == NOON + timedelta(seconds=20)


def test_the_head_is_told_to_the_outside_after_the_commit(settings, tmp_path, django_capture_on_commit_callbacks):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    with django_capture_on_commit_callbacks(execute=True):
        write(3)
        assert not (tmp_path / "anchors").exists()
    [anchor] = (tmp_path / "anchors").read_text().splitlines()
    assert json.loads(anchor)["seq"] == 3
    assert json.loads(anchor)["entry_hash"] == AuditEvent.objects.get(seq=3).entry_hash


def test_an_anchor_file_that_cannot_be_written_stops_nobody(settings, tmp_path, django_capture_on_commit_callbacks):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path)
    with django_capture_on_commit_callbacks(execute=True):
        write()
    assert AuditEvent.objects.count() == 1


def test_a_session_without_both_people_is_refused():
    from uuid import uuid4

    with pytest.raises(DatabaseError, match="audit_event_on_behalf_names_both_people"):
        write(assumed_session=uuid4())


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_make_one_contiguous_chain():
    def work(_):
        try:
            for _ in range(5):
                with transaction.atomic():
                    write()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert list(AuditEvent.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 41))
    report = verify()
    assert (report.exit_code, report.warnings) == (0, [])
    assert AuditText.objects.count() == 80


WRITER = """
import django
django.setup()
from tests.audit.test_log import write
print("ready", flush=True)
input()
for _ in range(10):
    write()
"""


@pytest.mark.django_db(transaction=True)
def test_times_rise_when_eight_processes_write_at_once():
    environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    command = [sys.executable, "-c", WRITER]
    writers = [subprocess.Popen(command, cwd=BASE_DIR, env=environment, **pipes) for _ in range(8)]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0] * 8
    times = list(AuditEvent.objects.order_by("seq").values_list("at", flat=True))
    assert len(times) == 80
    assert times == sorted(times)
    assert (verify().exit_code, verify().warnings) == (0, [])


def test_nothing_in_the_log_depends_on_people_who_exist(sam, lena):
    elsewhere = [
        field
        for model in apps.get_app_config("audit").get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.related_model._meta.app_label != "audit"
    ]
    assert elsewhere == []
    with log.recording():
        for kind in Kind:
            log.record(kind, actor=sam.as_person(), target=lena.as_person(), reason={"text": "Why not"})
    User.objects.all().delete()
    assert AuditEvent.objects.count() == len(Kind)
    assert set(AuditEvent.objects.values_list("actor_id", "target_id")) == {(sam.pk, lena.pk)}
    assert verify().exit_code == 0


def test_a_whole_second_verifies_however_the_database_shows_times():
    with time_machine.travel(NOON, tick=False):
        write()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL datestyle = 'German'")
            cursor.execute("SET LOCAL timezone = 'America/New_York'")
    assert verify().exit_code == 0
