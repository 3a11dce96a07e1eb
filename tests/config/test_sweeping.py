"""What is swept, after which period, and what stays."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import BulkRun, ImportedPerson, Mail, UserImport
from accounts.models.last_refusals import LastRefusal
from audit.models import AuditEvent, AuditText
from config import sweeping
from config.models import CacheEntry
from config.settings import BASE_DIR
from config.sweeping import SWEEPS
from impersonation.models import AssumedSession, Notice
from tests.support.assumed import log_in_as, sign_in
from tests.support.ledger import facts, page_of

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def ages(period):
    """Return a time that is due, and one that is not."""
    now = timezone.now()
    return now - period - MINUTE, now - period + MINUTE


@pytest.fixture
def old_and_new(sam, lena, max_):
    """Create of each kind two rows that are due and one that isn't."""
    now = timezone.now()
    for number, at in enumerate([now - MINUTE, now - DAY, now + MINUTE]):
        Session.objects.create(session_key=f"key-{number}", session_data="", expire_date=at)
        CacheEntry.objects.create(key=f"key-{number}", value="", expires_at=at)
    CacheEntry.objects.create(key="for ever", value="")
    old, new = ages(DAY)
    for number, at in enumerate([old, old - DAY, new]):
        AssumedSession.objects.create(
            actor=sam, target=lena, browser_session=f"key-{number}", target_auth_hash="hash", traces="traces",
            started_from="digest", started_by="digest", started_at=at - MINUTE, ended_at=at, cause="exit",
        )  # fmt: skip
        BulkRun.objects.create(actor=sam, action="invite", created_at=at)
    old, new = ages(timedelta(days=30))
    Mail.objects.create(kind="invitation", recipient=lena, sent_at=old)
    Mail.objects.create(kind="invitation", recipient=lena, given_up_at=old)
    Mail.objects.create(kind="invitation", recipient=lena, sent_at=new)
    Mail.objects.create(kind="invitation", recipient=lena, created_at=old)
    for at in (old, old, new):
        BulkRun.objects.create(actor=sam, action="invite", state="done", created_at=at, ended_at=at)
    for user, at in ((sam, old), (lena, old), (max_, new)):
        LastRefusal.objects.create(user=user, kind="forbidden", status=403, at=at)
    old, new = ages(timedelta(days=7))
    for at in (old, old, new):
        BulkRun.objects.create(actor=sam, action="invite", state="running", created_at=at, total=3, done=1)
    old, new = ages(timedelta(days=400))
    for at in (old, old, new):
        run = UserImport.objects.create(way="page", at=at)
        ImportedPerson.objects.create(run=run, user=lena, before={"first_name": "Lene"})
        line = LogEntry.objects.create(user=sam, action_flag=1, object_repr="A module")
        LogEntry.objects.filter(pk=line.pk).update(action_time=at)


def swept(*options):
    said = StringIO()
    call_command("sweep", *options, stdout=said)
    return said.getvalue().splitlines()


def test_each_kind_is_swept_after_its_period_and_counted(old_and_new):
    expected = [*(f"{each.name}: 2" for each in SWEEPS), "names prepared for the search: 0"]
    assert swept("--dry-run") == [*expected, "Nothing was changed."]
    assert swept("--dry-run") == [*expected, "Nothing was changed."]
    assert swept() == [*expected, "Swept."]
    none = [f"{each.name}: 0" for each in SWEEPS]
    assert swept() == [*none, "names prepared for the search: 0", "Swept."]
    left = {
        model.__name__: model.objects.count()
        for model in (Session, CacheEntry, AssumedSession, Mail, UserImport, ImportedPerson, LastRefusal, LogEntry)
    }
    assert left == {
        "Session": 1, "CacheEntry": 2, "AssumedSession": 3, "Mail": 2, "UserImport": 3, "ImportedPerson": 1,
        "LastRefusal": 1, "LogEntry": 1,
    }  # fmt: skip
    # Two runs were stopped, and are kept for a month from now; previews and old runs are gone.
    assert sorted(BulkRun.objects.values_list("state", flat=True)) == [
        "done", "preview", "running", "stopped", "stopped",
    ]  # fmt: skip


def test_a_large_table_is_swept_in_batches(monkeypatch, old_and_new, django_assert_num_queries):
    monkeypatch.setattr(sweeping, "BATCH", 1)
    [sessions] = [each for each in SWEEPS if each.name.startswith("browser sessions")]
    # Two batches of one row, and one that finds nothing: savepoint, select, delete, release.
    with django_assert_num_queries(4 + 4 + 3):
        assert sessions.run() == 2


def test_an_ended_assumed_session_keeps_what_people_are_told_about_it(client, sam, lena):
    log_in_as(client, sam, lena)
    client.post(reverse("assumed_session_exit"))
    AssumedSession.objects.update(ended_at=timezone.now() - 2 * DAY)
    kept = ("actor", "target", "mode", "started_at", "ended_at", "objected_at", "cause")
    history = facts(page_of(lena))
    before = AssumedSession.objects.values(*kept).get(), Notice.objects.count(), AuditEvent.objects.count()
    swept()
    after = AssumedSession.objects.get()
    assert (AssumedSession.objects.values(*kept).get(), Notice.objects.count(), AuditEvent.objects.count()) == before
    assert (after.browser_session, after.target_auth_hash, after.traces, after.started_from, after.started_by) == (
        "", "", "", "", "",
    )  # fmt: skip
    assert facts(page_of(lena)) == history != []


def test_a_live_assumed_session_is_left_alone_however_old(client, sam, lena):
    log_in_as(client, sam, lena)
    AssumedSession.objects.update(started_at=timezone.now() - 3 * DAY)
    before = AssumedSession.objects.values().get()
    swept()
    assert AssumedSession.objects.values().get() == before


def test_a_run_that_nobody_finished_is_stopped_on_record(sam):
    old = timezone.now() - 8 * DAY
    run = BulkRun.objects.create(
        actor=sam, action="invite", state="running", created_at=old, total=3, done=1, reason="Why", query="q=x"
    )
    swept()
    run.refresh_from_db()
    assert (run.state, run.reason, run.query, run.done) == ("stopped", "", "", 1)
    event = AuditEvent.objects.get()
    assert (event.kind, event.actor_id) == ("user.bulk_changed", sam.pk)
    assert '"abandoned":true' in AuditText.objects.get(event=event, part="detail").text


def in_words(period):
    """Return a period as the guide says it."""
    hours = period // timedelta(hours=1)
    if not hours:
        return "until it expires"
    number, unit = (hours // 24, "day") if hours % 24 == 0 else (hours, "hour")
    return f"{number} {unit}{'s' if number > 1 else ''}"


def test_the_guide_tells_the_same_periods():
    guide = (BASE_DIR / "docs" / "guides" / "retention.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| ", guide.partition("## Swept")[2].partition("\n## ")[0], re.MULTILINE)
    assert rows[1:] == [(each.name, in_words(each.kept)) for each in SWEEPS]


def test_policy_sheet_says_after_which_periods_things_are_deleted(client, lena):
    sign_in(client, lena)
    page = client.get(reverse("login_as_policy")).content.decode()
    [sentence] = re.findall(r"Other things are deleted [^<]*", page)
    kept = {each.name: each.kept for each in SWEEPS}
    assert [int(number) for number in re.findall(r"\d+", sentence)] == [
        kept["browser sessions, with drafts of forms"] / timedelta(hours=1),
        kept["mail that was sent or given up"] / DAY,
        kept["values of people before and after an import"] / DAY,
    ]
