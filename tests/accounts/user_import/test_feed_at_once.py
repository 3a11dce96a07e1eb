"""A feed beside another change of the same people, and a feed whose database fails."""

import pytest
from django.db import IntegrityError, OperationalError

from accounts.models import Mail, User
from accounts.user_import import UsersChanged, uploads
from accounts.user_import import feed as feeds
from accounts.user_import.confirm import fingerprint, import_users, plan_good_rows
from audit.models import AuditEvent
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
        import_users(other, actor=hanne, seen=fingerprint(other))
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
        import_users(plan, actor=hanne, seen=fingerprint(plan))
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
