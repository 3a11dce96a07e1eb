"""Random users and random items, for tests that hold for every company."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import JobProfile
from learning.actions import open_again
from learning.models import Document, Event, Module
from tests.support.factories import UserFactory
from tests.support.learning_factories import Kind, add_interaction, make_document, make_event, make_module, submitted

DAY = timedelta(days=1)
MARKS = [None, None, 50, 60, 100]
MAKERS = {Module: make_module, Event: make_event, Document: make_document}


def people(departments, chance):
    profiles = [JobProfile.objects.create(name=name) for name in ("Barista", "Baker")]
    return [
        UserFactory(
            first_name=f"Person{number}",
            department=chance.choice([*departments, None]),
            job_profile=chance.choice([*profiles, None]),
        )
        for number in range(8)
    ], profiles


def random_item(chance, everybody, departments, profiles):
    now = timezone.now()
    kind = chance.choice(list(MAKERS))
    parts = [
        {"is_everyone": True},
        *({"department": department} for department in departments),
        *({"job_profile": profile} for profile in profiles),
        *({"person": person} for person in everybody[:2]),
    ]
    fields = {"is_published": chance.random() < 0.7}
    # What has ended began before that; an item that opens later ends later still, or never.
    match chance.randrange(4):
        case 0:
            fields |= {"published_from": now + DAY}
        case 1:
            fields |= {"published_from": now - 2 * DAY, "published_until": now - DAY}
        case 2:
            fields |= {"published_until": now + DAY}
    if kind is Event and chance.random() < 0.4:
        fields |= {"starts_at": now - 2 * DAY, "ends_at": now - DAY}
    item = MAKERS[kind](
        "Random",
        *chance.sample(parts, chance.randint(1, 3)),
        excluded=chance.sample(everybody, chance.randint(0, 3)),
        **fields,
    )
    if chance.random() < 0.1:
        item.audience.all().delete()
    if kind is Module:
        for number in range(chance.randint(0, 2)):
            item.prerequisites.add(needed_module(f"Needed {number}", chance, everybody))
    return item


def needed_module(title, chance, everybody, depth=2):
    """Return a module that may build on others itself, and whose results may have expired."""
    valid_for = chance.choice([None, 10 * DAY])
    # One try, so that a result below the pass mark is submitted; the mark may change afterwards.
    needed = make_module(
        title, is_published=chance.random() < 0.7, valid_for=valid_for, tries=1, pass_mark=chance.choice(MARKS)
    )
    add_interaction(needed, "Read this")
    for question in ("How cold?", "How long?"):
        add_interaction(needed, question, Kind.SINGLE_CHOICE, choices=["*Right", "Wrong"])
    if depth and chance.random() < 0.6:
        needed.prerequisites.add(needed_module(f"{title} before", chance, everybody, depth - 1))
    for person in chance.sample(everybody, 2):
        for step in needed.interactions.all():
            options = [choice.pk for choice in step.choices.all()]
            needed.keep_answers(person, {step: chance.choice(options) if options else True})
        submitted(person, needed, days_ago=chance.choice([1, 20]))
        if chance.random() < 0.3:
            open_again(person, needed, needed.progress_of(person))
    if chance.random() < 0.5:
        needed.pass_mark = chance.choice(MARKS)
        needed.save()
    return needed
