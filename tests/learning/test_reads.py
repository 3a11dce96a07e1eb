"""What is compiled once finds the same for each user as `visible_to`, which states the rules."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import JobProfile, User
from learning import reads
from learning.models import Document, Event, Module, ModuleProgress
from tests.support.learning_factories import make_document, make_event, make_module

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def fresh(person):
    return User.objects.get(pk=person.pk)


@pytest.fixture
def barista(db):
    return JobProfile.objects.create(name="Barista")


@pytest.fixture
def items(company, copenhagen, aarhus, barista, lena, max_):
    """Make items of each kind for everyone, each department, a job profile and a user, and some that are not shown."""
    audiences = [
        {"is_everyone": True},
        *({"department": each} for each in (company, copenhagen, aarhus)),
        {"job_profile": barista},
        {"person": max_},
    ]
    for make in (make_module, make_event, make_document):
        for number, audience in enumerate(audiences):
            make(f"For {number}", audience)
        make("A draft", is_published=False)
        make("Later", published_from=timezone.now() + DAY)
        make("Closed", published_until=timezone.now() - DAY)
    needed = make_module("Needed", {"department": copenhagen})
    make_module("Waits for another").prerequisites.add(needed)
    now = timezone.now()
    ModuleProgress.objects.create(user=max_, module=needed, started_at=now, submitted_at=now)
    return needed


@pytest.fixture
def stranger(db):
    """Return a user without a department and a job profile."""
    return User.objects.create_user("stranger@harbour.example", first_name="Nobody")


@pytest.fixture
def people(items, lena, max_, sam, stranger, barista):
    """Return users of several depths of the organisation, some of them with a job profile."""
    User.objects.filter(pk__in=[max_.pk, stranger.pk]).update(job_profile=barista)
    return [fresh(person) for person in (lena, max_, sam, stranger, lena)]


def values(found, *names):
    return [tuple(getattr(each, name) for name in names) for each in found]


def test_modules_are_those_that_each_user_sees(people):
    names = ("pk", "title", "valid_for", "started_at", "submitted_at", "earlier_at", "due_at")
    for person in people:
        seen = Module.objects.visible_to(person).with_due_state_of(person).order_by("pk")
        found = sorted(reads.MODULES_SEEN.objects(person), key=lambda module: module.pk)
        assert found
        assert values(found, *names) == values(seen, *names)


def test_a_module_is_found_by_who_sees_it(people):
    names = ("pk", "title", "description", "due_at", "interaction_count", "answered_count", "missing_count")
    outcomes = set()
    for person in people:
        for module in Module.objects.all():
            seen = Module.objects.visible_to(person).with_progress_of(person).filter(pk=module.pk)
            found = reads.MODULE_SEEN.objects(person, module=module.pk)
            assert values(found, *names) == values(seen, *names)
            outcomes.add(bool(found))
    assert outcomes == {True, False}


def test_modules_in_full_keep_their_order(people):
    person = people[0]
    modules = list(Module.objects.order_by("-pk")[: reads.PER_PAGE])
    found = reads.modules_in_full(modules, person)
    assert found == modules
    names = ("summary", "interaction_count", "answered_count", "missing_count", "submitted_at")
    rows = Module.objects.with_progress_of(person).in_bulk()
    assert values(found, *names) == values([rows[module.pk] for module in modules], *names)
    assert reads.modules_in_full([], person) == []


def test_events_and_documents_are_the_first_that_each_user_sees(people):
    for person in people:
        events = Event.objects.visible_to(person).coming().with_registration_of(person)[: reads.ON_DASHBOARD]
        names = ("pk", "title", "registration_count", "is_registered", "waiting_count", "waiting_number")
        assert values(reads.NEXT_EVENTS.objects(person), *names) == values(events, *names)
        documents = Document.objects.visible_to(person)[: reads.ON_DASHBOARD]
        names = ("pk", "title", "filename", "size")
        assert values(reads.NEWEST_DOCUMENTS.objects(person), *names) == values(documents, *names)
        assert events
        assert documents


def test_the_time_of_the_request_counts_and_not_the_time_of_the_first_one(lena, monkeypatch):
    module = make_module("From tomorrow", published_from=timezone.now() + DAY)
    make_module("Until tomorrow", published_until=timezone.now() + DAY)
    assert [each.title for each in reads.MODULES_SEEN.objects(lena)] == ["Until tomorrow"]
    later = timezone.now() + 2 * DAY
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert reads.MODULES_SEEN.objects(lena) == [module]
