"""A feed beside another change of the same people, and a feed whose database fails."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, OperationalError, connections

from accounts.models import Mail, User
from accounts.user_import import UsersChanged, uploads
from accounts.user_import import feed as feeds
from accounts.user_import.applying.apply import finished
from accounts.user_import.confirm import fingerprint, import_steps, plan_good_rows
from audit.models import AuditEvent
from audit.verification.checker import verify
from config.settings import BASE_DIR
from tests.impersonation.test_killed import database_url
from tests.support.feeds import BAD, LENA, MAX, feed, last, people, runs
from tests.support.import_files import planned, row, rows
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db


def test_of_two_feeds_at_once_one_stops_and_says_so(staff, monkeypatch):
    """The second feed runs, whole, between the plan of the first and its changes."""

    def late(*args, **options):
        monkeypatch.setattr(feeds.Feed, "apply", apply)
        feed(staff)
        return apply(*args, **options)

    apply = feeds.Feed.apply
    monkeypatch.setattr(feeds.Feed, "apply", late)
    said = feed(staff, rows(LENA, MAX))
    assert runs() == [("feed", "applied"), ("feed", "stopped")]
    assert people() == [("L-1", True), ("M-1", True)]
    assert "Nothing was imported: somebody changed the same people meanwhile. Run the import again." in said


def test_a_feed_beside_a_confirmed_import_stops(staff, hanne, monkeypatch):
    content = rows(LENA, MAX)
    feed(staff, content)
    other = planned(rows(row("L-1", "Lene", place="Aarhus")), actor=hanne)

    def confirmed_first(*args, **options):
        finished(import_steps(other, actor=hanne, seen=fingerprint(other)))
        return apply(*args, **options)

    apply = feeds.Feed.apply
    monkeypatch.setattr(feeds.Feed, "apply", confirmed_first)
    feed(staff, rows(row("L-1", "Lone"), MAX))
    assert User.objects.get(external_id="L-1").name == "Lene Sørensen"
    assert [state for _way, state in runs()] == ["applied", "applied", "stopped"]
    assert last().problem == "Somebody changed the same people, or departments, while the file was read."


def test_a_confirmed_import_beside_a_feed_stops(staff, hanne):
    feed(staff, rows(LENA))
    content = rows(row("L-1", "Lene", place="Aarhus")).encode()
    upload = uploads.Upload("staff.csv", content, uploads.Choices())
    plan = plan_good_rows(upload.open(), upload.name, actor=hanne)
    feed(staff, rows(row("L-1", "Lone", place="Nørreport")))
    with pytest.raises(UsersChanged):
        finished(import_steps(plan, actor=hanne, seen=fingerprint(plan)))
    assert User.objects.get(external_id="L-1").first_name == "Lone"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (IntegrityError("department is gone"), "Somebody changed the same people, or departments, while"),
        (OperationalError("locked"), "The database or its audit log could not be written."),
        (
            RuntimeError("lena@harbour.example"),
            "Nothing was imported because of an error of the platform: Runt",
        ),
    ],
)
def test_what_fails_while_people_are_written_is_a_stopped_run(staff, monkeypatch, error, reason):
    def fail(*args, **options):
        apply(*args, **options)
        raise error

    apply = feeds.apply_confirmed
    monkeypatch.setattr(feeds, "apply_confirmed", fail)
    feed(staff, rows(LENA))
    assert people() == []
    assert last().state == "stopped"
    assert last().problem.startswith(reason)
    assert len(delivered()) == 1
    assert [event.outcome for event in AuditEvent.objects.all()] == ["failed"]


def test_a_stop_that_can_not_be_recorded_says_so(staff, monkeypatch):
    def fail(*args, **options):
        raise OperationalError("gone")

    monkeypatch.setattr(feeds, "stopped", fail)
    said = feed(staff, rows(BAD))
    assert "Nothing was imported: 1 problem." in said
    assert "This could not be recorded, and nobody was told: the database can't be written." in said
    assert (runs(), Mail.objects.filter(kind="import_feed").count()) == ([], 0)


def test_a_mail_that_can_not_be_stored_undoes_the_run_that_it_is_about(staff, monkeypatch):
    def fail(mails):
        raise OperationalError("gone")

    monkeypatch.setattr(feeds, "put_all", fail)
    feed(staff, rows(LENA, BAD), "--leave-out-bad-rows")
    assert (runs(), people()) == ([], [])


def test_names_of_files_that_no_database_stores_stop_nothing(staff):
    strange = staff.with_name("st\udcffff.csv")
    feed(strange, rows(LENA, BAD))
    feed(strange, rows(LENA, BAD))
    assert last().file_name == "st\\udcffff.csv"
    assert len(delivered()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_change", [False, True], ids=["new people", "changed people"])
def test_of_four_feeds_that_write_at_the_same_moment_one_does(staff, monkeypatch, is_change):
    if is_change:
        feed(staff, rows(LENA, MAX))
    ready, apply = Barrier(4), feeds.Feed.apply

    def together(*args, **options):
        ready.wait(timeout=60)
        return apply(*args, **options)

    def run(_number):
        try:
            return feed(staff)
        finally:
            connections.close_all()

    monkeypatch.setattr(feeds.Feed, "apply", together)
    staff.write_text(
        rows(row("L-1", "Lone", place="Aarhus"), row("M-1", "Mads", "Kjær", "max@harbour.example", "Aarhus"))
    )
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(run, range(4)))
    assert sorted("Imported." in each for each in said) == [False, False, False, True]
    states = [state for _way, state in runs()[is_change:]]
    assert sorted(states) == ["applied", "stopped", "stopped", "stopped"]
    assert sorted(User.objects.exclude(external_id=None).values_list("first_name", flat=True)) == ["Lone", "Mads"]
    assert EmailAddress.objects.filter(user__external_id__isnull=False).count() == 2
    assert verify().exit_code == 0


def killed_at_every_step(file):
    """Run the feed again and again, killed one step later each time; return what the database held after each."""
    command = [sys.executable, "-m", "tests.support.killed_feed", str(file)]
    environment = {**os.environ, "DATABASE_URL": database_url()}
    ran = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stops", [False, True], ids=["done", "stopped"])
def test_a_feed_that_is_killed_at_any_step_leaves_nothing_half_done(staff, stops):
    """A run, its people, its events and its mail are there together or not at all."""
    staff.write_text(rows(LENA, MAX, *([BAD] if stops else [])))
    *killed, last_round = killed_at_every_step(staff)
    assert len(killed) > (3 if stops else 7), "fewer kills than there are steps"
    nothing = {"people": 0, "addresses": 0, "departments": 4, "runs": [], "mails": 0, "events": 0, "verified": 0}
    for found in killed:
        assert found == {"killed": 9} | nothing
    done = {"people": 2, "addresses": 2, "runs": ["applied"], "events": 3}
    stopped = {"runs": ["stopped"], "mails": 1, "events": 1}
    assert last_round == {"killed": 0} | nothing | (stopped if stops else done)
