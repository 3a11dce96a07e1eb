"""The story of the demo: two months that the rules would have allowed, in a log that verification finds clean."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.authorization.login_as import login_as_refusal
from accounts.models import User
from accounts.policy import reaches
from accounts.policy.rights import Right
from audit.errors import NotRecorded
from audit.kinds import Kind
from audit.models import AuditEvent, AuditText
from audit.verification.checker import latest_verification, verify
from demo import story
from demo.entrance import LOADED
from demo.management.commands import seed_demo
from demo.story_scenes import CHECKS, DEEDS, REFUSALS, VISITS
from impersonation.models import AssumedSession, Notice
from learning.models import Event, Module
from tests.support.assumed import events, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(db):
    call_command("seed_demo", stdout=io.StringIO())


def person(name):
    return User.objects.with_standing().get(email=f"{name}@harbour.example")


def test_the_log_of_the_demo_verifies_clean_and_its_clock_never_goes_back(demo):
    report = verify()
    assert report.exit_code == 0
    assert report.warnings == []
    times = list(AuditEvent.objects.order_by("seq").values_list("at", flat=True))
    assert times == sorted(times)
    assert (timezone.now() - times[0]).days == 61
    assert 900 < len(times) < 2_000


def test_the_story_holds_what_an_auditor_looks_for(demo):
    kinds = set(AuditEvent.objects.values_list("kind", flat=True))
    assert kinds >= {
        Kind.ASSUMED_SESSION_STARTED, Kind.ASSUMED_SESSION_LOOKED, Kind.ASSUMED_SESSION_CHANGED,
        Kind.ASSUMED_SESSION_BLOCKED, Kind.ASSUMED_SESSION_REFUSED, Kind.ASSUMED_SESSION_OBJECTED, Kind.ACCESS_CHECKED,
        Kind.USER_DEACTIVATED, Kind.PERMISSION_TYPE_ASSIGNED, Kind.SIGN_IN_SUCCEEDED, Kind.SIGN_IN_FAILED,
    }  # fmt: skip
    assert AssumedSession.objects.count() == Notice.objects.count() == len(VISITS)
    assert not AssumedSession.objects.live().exists()
    causes = set(AssumedSession.objects.values_list("cause", flat=True))
    assert causes == {"exit", "idle", "revoked", "time_limit"}


def test_every_session_of_the_story_was_allowed_and_every_refusal_is_one(demo):
    for visit in VISITS:
        actor, target = person(visit.actor), person(visit.target)
        assert reaches(actor, Right.SEE_PEOPLE, target), visit
        assert login_as_refusal(actor, target) is None, visit
    for _day, _time, actor, target, rule in REFUSALS:
        assert login_as_refusal(person(actor), person(target)) == rule
    for _day, _time, actor, target, title in CHECKS:
        assert reaches(person(actor), Right.SEE_PEOPLE, person(target))
        assert not title or Module.objects.filter(title=title).exists() or Event.objects.filter(title=title).exists()


def test_nobody_saw_or_changed_what_they_do_not_see(demo):
    for visit in VISITS:
        target = person(visit.target)
        titles = {step[1:] for step in visit.steps if len(step) > 1 and step[0] in "@+~"}
        seen = {item.title for kind in (Module, Event) for item in kind.objects.visible_to(target)}
        if visit.category != "content_not_visible":
            assert titles <= seen, visit


def test_everybody_of_the_story_reads_it_in_words(client, demo):
    names = {visit.target for visit in VISITS} | {deed.target for deed in DEEDS if deed.target} - {"ina"}
    for name in sorted(
        names & {"lena", "max", "arjun.moeller", "karla.petersen", "goran.weiss", "trine.nguyen", "rita"}
    ):
        sign_in(client, person(name))
        assert client.get(reverse("access_history")).status_code == 200
    sign_in(client, person("audrey"))
    assert client.get(reverse("admin:audit_auditevent_changelist")).status_code == 200
    newest_of_kind = dict(AuditEvent.objects.order_by("seq").values_list("kind", "seq"))
    for seq in newest_of_kind.values():
        assert client.get(reverse("admin:audit_auditevent_change", args=[seq])).status_code == 200


def test_the_story_is_the_same_each_time_and_told_once(demo):
    again = [moment.entry for moment in sorted(story.Story().moments(), key=lambda moment: moment.at)]
    last = AuditEvent.objects.get(request_id=LOADED).seq
    stored = AuditEvent.objects.order_by("seq").filter(seq__range=(last - len(again) + 1, last))
    assert [(entry.kind, entry.actor_id, entry.assumed_session) for entry in again] == list(
        stored.values_list("kind", "actor_id", "assumed_session")
    )
    assert story.load() == 0


def test_nothing_of_the_story_is_in_the_future_and_staff_works_on_weekdays(demo):
    now = timezone.now()
    for session in AssumedSession.objects.all():
        assert session.ended_at < now
        assert timezone.localtime(session.started_at).weekday() < 5
    assert User.objects.get(email="sam@harbour.example").last_login < now
    assert User.objects.filter(last_login=None, is_active=True).count() > 50


def test_people_are_told_and_no_mail_of_the_story_is_sent_again(demo):
    assert not Notice.objects.filter(sent_at=None).exists()
    assert Notice.objects.filter(seen_at=None).count() == 3
    assert not Notice.objects.unseen_by(person("lena")).exists()


def test_a_database_that_has_a_log_gets_no_second_story(demo):
    before = AuditEvent.objects.count(), AuditText.objects.count()
    call_command("seed_demo", stdout=io.StringIO())
    assert (AuditEvent.objects.count(), AuditText.objects.count()) == before


def test_the_story_is_verified_once_and_verification_is_the_newest_event(demo):
    call_command("seed_demo", stdout=io.StringIO())
    [verified] = events(Kind.AUDIT_VERIFIED)
    newest = AuditEvent.objects.order_by("-seq").first()
    assert (newest.seq, newest.actor_id) == (verified.seq, None)
    found = latest_verification()
    assert (found["exit_code"], found["doubts"]) == (0, [])
    assert found["events"] == found["through"] == AuditEvent.objects.get(request_id=LOADED).seq == newest.seq - 1


def test_without_its_anchors_the_story_is_told_and_nothing_is_called_clean(db, settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "lost" / "anchors")
    said = io.StringIO()
    call_command("seed_demo", stdout=io.StringIO(), stderr=said)
    assert "The anchors can't be read" in said.getvalue()
    assert events(Kind.ASSUMED_SESSION_STARTED)
    assert latest_verification() is None


def test_a_story_whose_verification_fails_is_not_told(db, monkeypatch):
    monkeypatch.setattr(seed_demo, "record_verification", refuse)
    with pytest.raises(NotRecorded):
        call_command("seed_demo", stdout=io.StringIO())
    assert not events(Kind.ASSUMED_SESSION_STARTED)


def refuse(report):
    raise NotRecorded("the disk is full")
