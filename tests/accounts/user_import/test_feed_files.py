"""Files that a feed does not read: missing, empty, old, or written at the same time."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.management.commands import import_users as command
from tests.support.feeds import LENA, MAX, feed, last, people
from tests.support.import_files import rows
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db


def gone(file):
    file.unlink()


def empty(file):
    file.write_text("")


def a_folder(file):
    file.unlink()
    file.mkdir()


def a_pipe(file):
    file.unlink()
    os.mkfifo(file)


def unopenable(file):
    file.unlink()
    file.symlink_to(file)


def old(file):
    os.utime(file, (1_700_000_000, 1_700_000_000))


def from_tomorrow(file):
    tomorrow = (timezone.now() + timedelta(days=1)).timestamp()
    os.utime(file, (tomorrow, tomorrow))


def without_people(file):
    file.write_text(rows())


def no_table(file):
    file.write_bytes(b"%PDF-1.7\n" + b"x" * 500)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (gone, "staff.csv is not there."),
        (empty, "staff.csv is empty."),
        (a_folder, "staff.csv is no file."),
        (a_pipe, "staff.csv is no file."),
        (unopenable, "staff.csv can't be read: "),
        (old, "staff.csv was last written on 14 November 2023, 23:13. That is more than 26.5 hours ago."),
        (from_tomorrow, "staff.csv was written in the future, on "),
        (without_people, "The file lists nobody."),
        (no_table, ""),
    ],
)
def test_a_file_that_can_not_be_meant_stops_with_the_reason(staff, spoil, reason):
    feed(staff, rows(LENA))
    spoil(staff)
    for _night in range(2):
        feed(staff, None, "--max-age", "26.5", "--absent", "deactivate")
    run = last()
    assert run.state == "stopped"
    assert run.problem.startswith(reason)
    assert run.problem
    assert str(staff.parent) not in run.problem, "folders of the server are nobody's business"
    [message] = delivered()
    assert run.problem in message.body
    assert "What to do: Find out whether the HR system has written the file" in message.body
    assert people() == [("L-1", True)]


def test_what_is_no_regular_file_is_never_opened(staff, monkeypatch):
    """Opening a pipe would wait until somebody writes into it."""

    def opened(path, *args):
        raise AssertionError(path)

    os.mkfifo(staff)
    monkeypatch.setattr(type(staff), "open", opened)
    feed(staff)
    assert last().problem == "staff.csv is no file."


def test_a_file_that_is_young_enough_is_read(staff):
    feed(staff, rows(LENA), "--max-age", "26")
    assert people() == [("L-1", True)]


def grows(file):
    with file.open("a") as end:
        end.write(MAX + "\n")


def is_replaced(file):
    new = file.with_suffix(".new")
    new.write_text(file.read_text())
    os.utime(new, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    new.replace(file)


@pytest.mark.parametrize("happens", [grows, is_replaced, gone])
def test_a_file_that_is_written_while_it_is_read_stops(staff, monkeypatch, happens):
    def plan(*args, **options):
        result = planner(*args, **options)
        happens(staff)
        return result

    planner = command.plan_import
    monkeypatch.setattr(command, "plan_import", plan)
    feed(staff, rows(LENA))
    expected = {gone: "staff.csv is not there."}.get(
        happens, "staff.csv was written while it was read. Is its export finished?"
    )
    assert (last().state, last().problem) == ("stopped", expected)
    assert people() == []
