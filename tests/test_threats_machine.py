"""What the machine does to an assumed session: killed half-way, its database gone and back."""

import json
import os
import subprocess
import sys
from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.db import connection

from config.settings import BASE_DIR
from learning.models import Event

from .killed_half_way import ROUNDS_AT_MOST


def database_url():
    """The address of the database that this test itself uses."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def killed_at_every_step(what, actor, target):
    """What the database holds after each round; the last one was not killed."""
    command = [sys.executable, "-m", "tests.killed_half_way", what, actor.pk, target.pk, Event.objects.get().pk]
    environment = {**os.environ, "DATABASE_URL": database_url(), "LOGIN_AS_STARTS_PER_HOUR": "1000"}
    ran = subprocess.run([str(word) for word in command], cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    rounds = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [bool(found["killed"]) for found in rounds] == [True] * (len(rounds) - 1) + [False]
    assert len(rounds) < ROUNDS_AT_MOST
    return rounds


def assert_nothing_half_way(found):
    """No session without its start, no end without its cause, no change without its trace, and the chain is whole."""
    assert found["verified"] == 0
    kinds = Counter(tuple(event) for event in found["events"])
    live = 0
    for session, is_live, cause, has_browser_session in found["sessions"]:
        assert kinds.pop((session, "assumed_session.started")) == 1
        assert kinds.pop((session, "assumed_session.ended"), 0) == (0 if is_live else 1)
        assert bool(cause) == (not is_live)
        assert has_browser_session or not is_live
        live += is_live
        requested, changed, outcome = (
            kinds.pop((session, f"assumed_session.{kind}"), 0) for kind in ("request", "changed", "outcome")
        )
        assert requested >= outcome >= changed
    assert not kinds, "events of no session"
    assert live <= 1
    changed = sum(kind == "assumed_session.changed" for _session, kind in found["events"])
    assert changed == found["registrations"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("what", "steps"), [("start", 6), ("request", 6), pytest.param("exit", 5, marks=pytest.mark.long)]
)
def test_killed_at_any_step_it_leaves_nothing_half_way(what, steps, sam, lena, catalogue):
    rounds = killed_at_every_step(what, sam, lena)
    assert len(rounds) > steps, "fewer kills than there are steps"
    for found in rounds:
        assert_nothing_half_way(found)
    before, after = rounds[-2], rounds[-1]
    if what == "start":
        # Not one of the killed starts left a session, not even the one killed just before its commit.
        assert [len(found["sessions"]) for found in (before, after)] == [0, 1]
    elif what == "exit":
        assert after["sessions"][-1][1:] == [False, "exit", False]
    else:
        # What the view changes and its trace come with one commit; only the message for the screen is stored later.
        there = [found["registrations"] for found in rounds]
        assert (there == sorted(there), there[:steps], there[-1]) == (True, [0] * steps, 1)
