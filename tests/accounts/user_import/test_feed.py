"""The feed: what a timer runs at night stops before it does harm, is recorded, and tells who answers for it."""

import os

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from accounts.models import Mail, User
from accounts.user_import import feed as feeds
from audit.models import AuditEvent
from tests.support.assumed import detail, events
from tests.support.factories import permission_type
from tests.support.feeds import BAD, LENA, MAX, feed, last, people, runs
from tests.support.import_files import row, rows
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db


def test_a_night_in_which_people_come_is_recorded_and_mails_nobody(staff, hanne):
    said = feed(staff, rows(LENA, MAX), "--actor", hanne.email)
    assert "Rows: 2; 2 new, 0 changed (0 deactivated), 0 unchanged, 0 left as they are.\nImported.\n" in said
    run = last()
    assert (run.way, run.state, run.actor, run.file_name) == ("feed", "applied", hanne, "staff.csv")
    assert (run.counts["created"], run.problem, run.told) == (2, "", "")
    assert [event.actor_id for event in events("user.imported")] == [hanne.pk]
    assert not Mail.objects.filter(kind="import_feed").exists()


def test_a_night_that_changes_nothing_has_a_run_and_no_event(staff):
    feed(staff, rows(LENA))
    before = AuditEvent.objects.count()
    said = feed(staff)
    assert "The file is as last time, on " in said
    run = last()
    assert runs() == [("feed", "applied")] * 2
    assert (run.counts["unchanged"], run.counts["created"], run.counts["updated"]) == (1, 0, 0)
    assert len(run.sha256) == 64
    assert AuditEvent.objects.count() == before


def test_the_same_file_puts_back_what_was_changed_by_hand(staff):
    feed(staff, rows(LENA))
    User.objects.filter(external_id="L-1").update(first_name="Lene")
    assert "0 new, 1 changed" in feed(staff)
    assert User.objects.get(external_id="L-1").first_name == "Lena"


def test_a_file_with_a_wrong_row_changes_nothing_and_hanne_reads_why(staff, hanne):
    said = feed(staff, rows(LENA, BAD))
    assert "Nothing was imported: 1 problem." in said
    assert people() == []
    run = last()
    assert (run.state, run.problem, run.counts["rows"]) == ("stopped", "1 problem, in line 3.", 2)
    [event] = events("user.imported")
    assert (event.outcome, detail(event)["import"]) == ("failed", run.pk)
    [message] = delivered()
    assert message.to == [hanne.email]
    assert message.subject == "The feed of people stopped: staff.csv"
    for part in (
        "The feed of people from “staff.csv” stopped on ",
        "Nothing was changed.",
        "Why: 1 problem, in line 3.",
        "- Line 3, E-mail: “bo at harbour” is not an email address.\n",
        "What to do: Correct this in the HR system.",
        "The import page: http://testserver/users/import/",
    ):
        assert part in message.body
    assert "Lena" not in message.body
    assert "Berg" not in message.body, "what is right of a wrong row stays here"


def test_the_record_holds_nothing_of_a_row(staff):
    feed(staff, rows(LENA, BAD, row("L-2", place="Nørreprt", email="l@harbour.example")))
    assert last().problem == "1 problem, in line 3. 1 question is open, about line 4."


def test_of_many_problems_the_mail_names_twenty(staff):
    feed(staff, rows(*(row(str(n), email=f"nobody {n}") for n in range(25))))
    [message] = delivered()
    assert message.body.count("- Line ") == 20
    assert "… and 5 more" in message.body


def test_the_same_stop_is_mailed_once_until_a_run_is_good(staff):
    bad, good = rows(LENA, BAD), rows(LENA)
    for content in (bad, bad, bad):
        feed(staff, content)
    assert len(delivered()) == 1
    feed(staff, rows(LENA, BAD, MAX))
    assert len(delivered()) == 2, "another file"
    feed(staff, good)
    feed(staff, bad)
    feed(staff, bad)
    assert len(delivered()) == 3, "a good run in between"
    assert [state for _way, state in runs()] == ["stopped"] * 4 + ["applied"] + ["stopped"] * 2


def test_another_reason_for_the_same_file_is_mailed(staff):
    feed(staff, rows(LENA, BAD))
    os.utime(staff, (1_700_000_000, 1_700_000_000))
    feed(staff, None, "--max-age", "26")
    feed(staff, None, "--max-age", "26")
    assert len(delivered()) == 2


def test_who_answers_from_now_on_is_told_of_what_has_stopped_already(staff, owner):
    feed(staff, rows(LENA, BAD))
    mail.outbox.clear()
    feed(staff, answers_for=["hanne@harbour.example", "OWNER@harbour.example"])
    assert sorted(message.to[0] for message in delivered()[1:]) == ["hanne@harbour.example", "owner@harbour.example"]


def test_two_feeds_do_not_silence_each_other(staff):
    for _night in range(3):
        feed(staff, rows(LENA, BAD))
        feed(staff.with_name("shops.csv"), rows(MAX))
    assert len(delivered()) == 1


def test_rows_that_are_skipped_are_mailed_once_and_the_others_are_imported(staff):
    for _night in range(3):
        said = feed(staff, rows(LENA, BAD), "--skip-bad-rows")
        assert "Skipped: Line 3, E-mail: “bo at harbour” is not an email address." in said
    assert people() == [("L-1", True)]
    assert [state for _way, state in runs()] == ["applied"] * 3
    [message] = delivered()
    assert message.subject == "The feed of people skipped rows: staff.csv"
    assert "Why: 1 row was skipped." in message.body
    assert "- Line 3, E-mail: " in message.body
    assert "What to do: The other rows are imported." in message.body


def test_a_mass_change_stops_a_feed_and_its_number_lets_it_go_on(staff):
    everybody = [row(f"P-{n}", "P", "P", f"p{n}@harbour.example", "Aarhus") for n in range(9)]
    feed(staff, rows(*everybody))
    said = feed(staff, rows(*everybody[:3]), "--absent", "deactivate")
    assert "run it with --confirm-mass-change 6" in said
    assert last().problem == "6 of 10 active people would be deactivated."
    [message] = delivered()
    assert "6 of 10 active people would be deactivated." in message.body
    User.objects.create_user("new@harbour.example", first_name="New")
    feed(staff, None, "--absent", "deactivate")
    assert last().problem == "6 of 11 active people would be deactivated."
    assert len(delivered()) == 1, "the same mass change"
    assert "run it with --confirm-mass-change 6" in feed(
        staff, None, "--absent", "deactivate", "--confirm-mass-change", "5"
    )
    assert all(active for _who, active in people())
    feed(staff, None, "--absent", "deactivate", "--confirm-mass-change", "6")
    assert [active for _who, active in people()].count(False) == 6


@pytest.mark.parametrize("who", ["ina@harbour.example", "sam@harbour.example", "nobody@harbour.example"])
def test_who_answers_is_active_and_may_import(staff, ina, sam, who):
    said = feed(staff, rows(LENA), answers_for=["hanne@harbour.example", who])
    sentence = f"{who} can't answer for the feed: no active person with this address may import."
    assert (said, last().problem) == (sentence, sentence)
    assert people() == []
    [message] = delivered()
    assert message.to == ["hanne@harbour.example"], "the others hear of it, and nobody else"


def test_who_is_deactivated_does_not_answer_although_they_hold_the_right(staff, hanne):
    User.objects.filter(pk=hanne.pk).update(is_active=False)
    assert "hanne@harbour.example can't answer for the feed" in feed(staff, rows(LENA))
    assert people() == []


def test_who_may_import_for_departments_alone_does_not_answer_for_all(staff, rita, copenhagen):
    rita.groups.add(permission_type("HR, Copenhagen", "import_people", departments=[copenhagen]))
    assert "can't answer for the feed" in feed(staff, rows(LENA), answers_for=[rita.email])
    assert (people(), delivered()) == ([], [])


def test_who_may_not_import_any_more_gets_no_mail_that_waits(staff, hanne):
    feed(staff, rows(BAD))
    hanne.groups.clear()
    assert delivered() == []
    assert Mail.objects.get(kind="import_feed").given_up_at


def test_a_feed_runs_in_the_name_of_somebody_who_may_import(staff, mona):
    said = feed(staff, rows(LENA), "--actor", mona.email)
    assert said == "mona@harbour.example may not import people, so the feed can't run in their name."
    assert (last().state, last().actor, people()) == ("stopped", None, [])


def test_the_right_is_asked_again_under_lock(staff, hanne, owner, monkeypatch):
    def lose(*args, **options):
        User.objects.get(pk=hanne.pk).groups.clear()
        return lock(*args, **options)

    lock = feeds.lock_users
    monkeypatch.setattr(feeds, "lock_users", lose)
    feed(staff, rows(LENA), "--actor", hanne.email, answers_for=[owner.email])
    assert (last().state, last().actor, people()) == ("stopped", hanne, [])
    assert len(delivered()) == 1


@pytest.mark.parametrize("option", ["--map", "--same"])
def test_a_file_of_choices_that_is_gone_stops_the_feed_and_is_told(staff, option):
    feed(staff, rows(LENA), option, str(staff.with_name("choices")))
    assert last().problem == "choices can't be read: No such file or directory"
    [message] = delivered()
    assert "What to do: Ask the operator of the platform to correct the command of the feed." in message.body


def test_a_dry_run_records_nothing_and_mails_nobody(staff):
    assert "This was a dry run: nothing was changed." in feed(staff, rows(LENA), "--dry-run")
    assert "Nothing was imported: 1 problem." in feed(staff, rows(BAD), "--dry-run")
    assert (runs(), people(), delivered()) == ([], [], [])
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--feed"], "A feed needs --answers-for: somebody has to hear of it when it stops."),
        (["--max-age", "26"], "--answers-for and --max-age belong to a feed: add --feed."),
        (["--answers-for", "hanne@harbour.example"], "--answers-for and --max-age belong to a feed: add --feed."),
    ],
)
def test_options_that_do_not_belong_together_are_said_and_nothing_begins(staff, options, sentence):
    staff.write_text(rows(LENA))
    with pytest.raises(CommandError, match=sentence) as failure:
        call_command("import_users", str(staff), *options)
    assert failure.value.returncode == 2
    assert (runs(), people()) == ([], [])


@pytest.mark.parametrize("age", ["0", "-1", "nan", "inf", "a day", "10001"])
def test_an_age_that_no_file_can_have_is_refused(staff, age):
    staff.write_text(rows(LENA))
    with pytest.raises(CommandError, match="a number of hours between 0 and 10000 is needed, such as 26"):
        call_command("import_users", str(staff), "--feed", "--answers-for=hanne@harbour.example", f"--max-age={age}")
    assert (runs(), people()) == ([], [])
