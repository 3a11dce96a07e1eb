"""What reaches Sentry in a real HTTP request names places in the code, and people by number alone."""

import json
import os
import subprocess
import sys

import pytest

from config.monitoring.faults import scrubbed
from config.settings import BASE_DIR
from config.version import VERSION
from tests.support.collectors import collecting
from tests.support.fault_pages import PLANTED

pytestmark = pytest.mark.once  # no database has a say in it


def run_program(*words, **environment):
    ran = subprocess.run(
        [sys.executable, "-m", "tests.support.fault_pages", *words],
        cwd=BASE_DIR, env=os.environ | environment, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr


def test_a_fault_arrives_without_anything_that_somebody_typed():
    with collecting() as (address, got):
        run_program(SENTRY_DSN=f"http://public@{address}/1", SENTRY_ENVIRONMENT="tests")
    bodies = b"\n".join(body for _path, body in got).decode()
    events = [json.loads(line) for line in bodies.splitlines() if '"exception"' in line]
    [event] = [event for event in events if event["exception"]["values"][0]["type"] == "ValueError"]
    assert event["exception"]["values"][0]["stacktrace"]["frames"][-1]["function"] == "failing"
    assert event["tags"] | {"request_id": ""} == {
        "actor": "41", "target": "42", "assumed_session": "00000000-0000-0000-0000-000000000007", "request_id": "",
    }  # fmt: skip
    assert (event["release"], event["environment"]) == (VERSION, "tests")
    assert {planted for planted in (*PLANTED, "sam@", "Lena", "127.0.0.1") if planted in bodies} == set()


def test_only_what_is_allowed_stays_of_an_event():
    event = {
        "level": "error", "user": {"id": 1}, "extra": {"sys.argv": ["lena@"]}, "breadcrumbs": {"values": ["lena@"]},
        "request": {"method": "POST", "url": "lena@", "headers": {"Cookie": "lena@"}, "data": "lena@"},
        "logentry": {"message": "%s failed", "formatted": "lena@ failed", "params": ["lena@"]},
        "exception": {"values": [{"type": "KeyError", "value": "lena@", "stacktrace": {"frames": [
            {"function": "f", "vars": {"email": "lena@"}, "context_line": "lena@"}]}}]},
    }  # fmt: skip
    made = scrubbed(event)
    assert "lena@" not in json.dumps(made)
    assert made["logentry"] == {"message": "%s failed"}
    assert made["request"] == {"method": "POST"}
