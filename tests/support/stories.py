"""
Support stories: somebody can't see or submit something, for one true cause each.

Each builds its world for Stine, a barista of Nørreport, and returns the item
that she asks about, with the person who asks if it is not Stine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Department, JobProfile, User
from accounts.models.email_addresses import store_email_addresses
from learning.models import Event, Module, ModuleProgress, Registration
from tests.support.days import moved_back
from tests.support.import_files import imported, row, rows
from tests.support.learning_factories import Kind, add_interaction, make_event, make_module

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass
class Company:
    """The departments of the demo company, and its people by name."""

    copenhagen: Department
    norreport: Department
    aarhus: Department
    carl: User
    sam: User

    def __post_init__(self):
        self.barista = JobProfile.objects.create(name="Barista")
        self.stine = self.person("Stine", "Story", external_id="ST-1")
        self.tara = self.person("Tara", "Zone", time_zone="America/Los_Angeles")
        self.hers = {"department": self.norreport}

    def person(self, first: str, last: str, email: str = "", **fields: Any) -> User:
        fields = {"department": self.norreport, "job_profile": self.barista} | fields
        address = email or f"{first.lower()}@harbour.example"
        return User.objects.create_user(address, "standin-demo", first_name=first, last_name=last, **fields)

    def module(self, title: str, *audience: dict, steps: int = 2, **fields: Any) -> Module:
        module = make_module(title, *(audience or [self.hers]), **fields)
        for number in range(steps):
            add_interaction(module, f"Step {number + 1}", Kind.ACKNOWLEDGE)
        return module

    def event(self, title: str, **fields: Any) -> Event:
        return make_event(title, self.hers, **fields)

    def done(self, user: User, module: Module, ago: timedelta = DAY) -> None:
        module.keep_answers(user, dict.fromkeys(module.interactions.all(), True))
        at = timezone.now() - ago
        progress = {"started_at": at - HOUR, "submitted_at": at}
        ModuleProgress.objects.update_or_create(user=user, module=module, defaults=progress)

    def made_before(self, item: Any, days: int = 20) -> None:
        """Make an item, and every change so far, older."""
        type(item).objects.filter(pk=item.pk).update(created_at=timezone.now() - days * DAY)
        moved_back(days=days)


def personal_exclusion(c: Company):
    module = c.module("Denied beats the group")
    module.exclusions.create(person=c.stine)
    return module


def not_in_the_group(c: Company):
    return c.module("For Aarhus", {"department": c.aarhus})


def expired_content(c: Company):
    now = timezone.now()
    return c.module("Expired", published_from=now - 30 * DAY, published_until=now - DAY)


def opens_later(c: Company):
    return c.module("From Monday", published_from=timezone.now() + 3 * DAY)


def chain(c: Company):
    first, second, third = (c.module(title) for title in ("A first", "B second", "C third"))
    second.prerequisites.add(first)
    third.prerequisites.add(second)
    return third


def prerequisite_that_opens_later(c: Company):
    later = c.module("Opens on Monday", published_from=timezone.now() + 3 * DAY)
    module = c.module("After it")
    module.prerequisites.add(later)
    return module


def draft(c: Company):
    return c.module("Not published", is_published=False)


def two_steps_open(c: Company):
    return c.module("Two steps open")


def failed(c: Company):
    module = c.module("Failed, wants a retake", steps=0, tries=2)
    step = add_interaction(module, "Which milk?", Kind.SINGLE_CHOICE, choices=["*Oat", "Water"])
    wrong = step.choices.get(text="Water")
    module.keep_answers(c.stine, {step: wrong.pk})
    at = timezone.now() - DAY
    ModuleProgress.objects.filter(user=c.stine).update(started_at=at - HOUR, submitted_at=at, tries_used=2)
    return module


def full(c: Company):
    event = c.event("Full", capacity=1)
    Registration.objects.create(event=event, user=c.tara)
    return event


def takes_part_already(c: Company):
    event = c.event("Hers", capacity=1)
    Registration.objects.create(event=event, user=c.stine)
    return event


def registration_closed(c: Company):
    return c.event("Closed", registration_closes_at=timezone.now() - 3 * HOUR)


def registration_opens_later(c: Company):
    return c.event("Later", registration_opens_at=timezone.now() + 6 * HOUR)


def event_is_over(c: Company):
    now = timezone.now()
    return c.event("Over", starts_at=now - 2 * DAY, ends_at=now - DAY)


def certificate_expired(c: Company):
    module = c.module("Food hygiene certificate", valid_for=365 * DAY)
    c.done(c.stine, module, ago=370 * DAY)
    return module


def done_long_ago_without_validity(c: Company):
    module = c.module("Food hygiene, once")
    c.done(c.stine, module, ago=370 * DAY)
    return module


def second_account(c: Company):
    hers = c.person("Tove", "Holm", "tove.holm@harbour.example", external_id="ST-12")
    private = c.person("Tove", "Holm", "tove.privat@mail.example", department=None, job_profile=None)
    module = c.module("Done in the other account")
    c.done(hers, module)
    return module, private


def deactivated(c: Company):
    gone = c.person("Gitte", "Gone")
    gone.set_active(False)
    gone.save()
    return c.module("Anything"), gone


def never_activated(c: Company):
    never = c.person("Nina", "Never")
    never.set_unusable_password()
    never.save()
    store_email_addresses([never])
    return c.module("Anything"), never


def withdrawn_yesterday(c: Company):
    module = c.module("Barista basics")
    c.made_before(module)
    Module.objects.filter(pk=module.pk).update(is_published=False)
    moved_back(days=1)
    return module


def moved_by_an_import(c: Company):
    moved = c.person("Maja", "Moved", external_id="ST-18", department=c.copenhagen)
    module = c.module("For Copenhagen", {"department": c.copenhagen})
    c.made_before(module)
    line = row("ST-18", "Maja", "Moved", "maja@harbour.example", "Harbour Coffee / Aarhus", "Barista")
    imported(rows(line), "staff.csv")
    return module, moved


def looks_among_open_ones(c: Company):
    module = c.module("Completed")
    c.done(c.stine, module)
    return module
