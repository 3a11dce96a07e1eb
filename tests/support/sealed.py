"""Old events, their seal, and the outsider who verifies files."""

import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from audit import log
from audit.context import Person
from audit.export import json_lines
from audit.models import AuditEvent
from config.settings import BASE_DIR

SAM, LENA = Person(7, "Sam Okafor", "sam@harbour.example"), Person(8, "Lena Sørensen", "lena@harbour.example")
RULE = "Events are kept for a year"
OUTSIDER = BASE_DIR / "docs" / "reference" / "verify_export.py"
LONG_AGO = datetime(2020, 5, 1, 9, tzinfo=UTC)
LIST = "/admin/audit/auditevent/"


def write(count, *, at=LONG_AGO, kind="user.changed"):
    with time_machine.travel(at, tick=False), log.recording():
        for number in range(count):
            log.record(kind, actor=SAM, target=LENA, reason={"text": f"Case {number}"}, detail={"n": number})


@pytest.fixture
def old(db):
    """Eight events of 2020, then four of today."""
    write(8)
    write(4, at=datetime.now(UTC))


def seal(file, **options):
    out = StringIO()
    options = {"before": "2021-01-01", "reason": RULE, "yes": True} | options
    call_command("seal_audit", export=str(file), stdout=out, **options)
    return out.getvalue()


def outsider(*files):
    done = subprocess.run([sys.executable, "-I", OUTSIDER, *files], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def rest(file):
    file.write_text(
        "".join(json_lines(AuditEvent.objects.prefetch_related("texts"), AuditEvent.objects.latest("seq").seq))
    )
    return file
