"""Doing what a plan says: all of it with its audit event, in one transaction, or nothing."""

from __future__ import annotations

import secrets
import uuid
from collections import defaultdict
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import IntegrityError

from accounts.models import JobProfile, User
from accounts.models.email_addresses import add_email_addresses, store_email_addresses
from accounts.models.mails import Mail, put_all
from audit import log

from .matching import chunks, is_protected
from .plan import Creation, Plan, Update
from .record import Record

BATCH = 1_000


class PeopleChanged(Exception):
    """People, departments or job profiles are no longer what the plan was made from; nothing is imported."""


def apply_import(plan: Plan, *, actor: User | None = None) -> dict[str, int]:
    """
    Import what the plan says, and return the counts that the audit log keeps.

    actor: the same as the plan was made for. Raises ValueError where the plan has problems, PeopleChanged where
    somebody has changed the same people since.
    """
    if plan.problems or plan.source is None or plan.tree is None:
        raise ValueError("A plan with problems can't be applied.")
    counts = plan.counts()
    try:
        with log.recording():
            plan.tree.create()
            profiles = create_job_profiles(plan.job_profiles)
            record = Record(actor, {"file": plan.source.name, "sha256": plan.source.sha256})
            record.imported(counts)
            update_people(plan.updates, profiles, actor, record)
            create_people(plan.creations, profiles, record)
    except IntegrityError as error:
        raise PeopleChanged from error
    return counts


def create_job_profiles(names: list[str]) -> dict[str, int]:
    """Store the new job profiles, and return the ids of all by name."""
    JobProfile.objects.bulk_create([JobProfile(name=name) for name in names], batch_size=BATCH)
    return dict(JobProfile.objects.values_list("name", "id"))


def update_people(updates: list[Update], profiles: dict[str, int], actor: User | None, record: Record) -> None:
    """Store the changes, addresses last and together: two people may swap theirs."""
    moving: list[User] = []
    addresses: dict[int, str] = {}
    # By id, as everybody locks people, so that nobody waits in a circle.
    for chunk in chunks(sorted(updates, key=lambda update: update.id), BATCH):
        people = locked([update.id for update in chunk])
        changed: dict[tuple[str, ...], list[User]] = defaultdict(list)
        mails: list[Mail] = []
        for update in chunk:
            person = people.get(update.id)
            if person is None or is_protected(person, actor):
                raise PeopleChanged
            mail = record.changed(person, update.changes)
            mails += [mail] if mail else []
            for field, (before, after) in update.changes.items():
                column, now = stored(field, before, profiles)
                if getattr(person, column) != now:
                    raise PeopleChanged
                if field == "email":
                    addresses[person.pk] = after
                    moving.append(person)
                elif field == "is_active":
                    changed[person.set_active(after)].append(person)
                else:
                    setattr(person, *stored(field, after, profiles))
                    changed[(field,)].append(person)
        for fields, persons in changed.items():
            User.objects.bulk_update(persons, fields, batch_size=BATCH)
        put_all(mails)
    move(moving, addresses)


def locked(ids: list[int]) -> dict[int, User]:
    """People as they are now, and stay until the end of the transaction."""
    people = User.objects.filter(pk__in=ids).with_standing().order_by("pk").select_for_update(of=("self",))
    return {person.pk: person for person in people}


def stored(field: str, value: Any, profiles: dict[str, int]) -> tuple[str, Any]:
    """The attribute and the value in which a person keeps what a plan says."""
    if field == "department":
        return "department_id", value.id if value else None
    if field == "job_profile":
        return "job_profile_id", profiles.get(value)
    return field, value


def move(people: list[User], addresses: dict[int, str]) -> None:
    """Give each their new address; one that somebody else waits for is vacated first."""
    wanted = set(addresses.values())
    waited_for = [person for person in people if person.email in wanted]
    for person in waited_for:
        person.email = f"moving-{uuid.uuid4().hex}@invalid"
    for chunk in chunks(waited_for, BATCH):
        store_email_addresses(chunk)
    for person in people:
        person.email = addresses[person.pk]
    for chunk in chunks(people, BATCH):
        store_email_addresses(chunk)


def create_people(creations: list[Creation], profiles: dict[str, int], record: Record) -> None:
    """Store new people; without a password, so that their first sign-in begins with a reset."""
    for chunk in chunks(creations, BATCH):
        people = [new_person(creation, profiles) for creation in chunk]
        User.objects.bulk_create(people, batch_size=BATCH)
        add_email_addresses(people)
        for person, creation in zip(people, chunk, strict=True):
            record.created(person, creation)


def new_person(creation: Creation, profiles: dict[str, int]) -> User:
    row, place = creation.row, creation.department
    said = {"language": row.language, "time_zone": row.time_zone, "is_active": row.is_active}
    return User(
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name or "",
        external_id=row.external_id,
        department_id=place.id if place else None,
        job_profile_id=profiles[creation.job_profile] if creation.job_profile else None,
        # As Django writes "no password", which takes it a third of the time of a large import.
        password=UNUSABLE_PASSWORD_PREFIX + secrets.token_urlsafe(30),
        **{field: value for field, value in said.items() if value is not None},
    )
