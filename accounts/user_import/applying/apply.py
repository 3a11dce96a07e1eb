"""Application of a plan: the whole plan with its audit events in one transaction, or nothing."""

from __future__ import annotations

import secrets
import uuid
from collections import defaultdict
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import IntegrityError

from accounts.models import ImportedPerson, JobProfile, User, UserImport
from accounts.models.email_addresses import add_email_addresses, store_email_addresses
from accounts.models.history import changed_by
from accounts.models.mails import put_all
from accounts.user_import.planning.matching import chunks, is_protected
from accounts.user_import.planning.plan import Creation, Plan, Update
from accounts.user_import.reading.files import Source
from audit import log

from .record import Record

BATCH = 1_000


class UsersChanged(Exception):
    """Users, departments or job profiles changed after the plan was made; nothing is imported."""


def apply_import(
    plan: Plan, *, actor: User | None = None, way: str = UserImport.Way.COMMAND, undoes: UserImport | None = None
) -> UserImport:
    """
    Apply the plan, and return the run, with the counts that the audit log keeps.

    actor: the user that the plan was made for. way: how the run was started. undoes: the run that the plan undoes.
    Raise ValueError if the plan has problems or open questions, and UsersChanged if somebody has changed the same users
    since.
    """
    if plan.problems or plan.questions or plan.source is None or plan.tree is None:
        raise ValueError("A plan with problems or open questions can't be applied.")
    try:
        with log.recording():
            run = new_run(plan.source, actor, way, counts=plan.counts(), undoes=undoes)
            record = Record(run, actor)
            record.imported()
            with changed_by(actor, run.file_name):
                plan.tree.create()
                profiles = create_job_profiles(plan.job_profiles)
                update_users(plan.updates, profiles, actor, record)
                create_users(plan.creations, profiles, record)
    except IntegrityError as error:
        raise UsersChanged from error
    return run


def stopped(
    source: Source | None, *, actor: User | None, way: str, problem: str, counts: dict[str, int] | None = None
) -> UserImport:
    """
    Store and record a run that changed nothing, and return it; call it after the transaction that was undone.

    source: the file, or None if it could not be read. problem: why the run stopped, for the page of the run.
    """
    with log.recording():
        run = new_run(
            source or Source("", "", 0),
            actor,
            way,
            counts=counts or {},
            state=UserImport.State.STOPPED,
            problem=problem,
        )
        Record(run, actor).imported()
    return run


def new_run(source: Source, actor: User | None, way: str, **fields: Any) -> UserImport:
    return UserImport.objects.create(
        actor=actor,
        actor_name=actor.name if actor else "",
        # A name from a command line can hold what no database stores.
        file_name=source.name.encode("utf-8", "backslashreplace").decode().replace("\0", ""),
        sha256=source.sha256,
        size=source.size,
        way=way,
        **fields,
    )


def create_job_profiles(names: list[str]) -> dict[str, int]:
    """Store the new job profiles, and return the ids of all job profiles by name."""
    JobProfile.objects.bulk_create([JobProfile(name=name) for name in names], batch_size=BATCH)
    return dict(JobProfile.objects.values_list("name", "id"))


def update_users(updates: list[Update], profiles: dict[str, int], actor: User | None, record: Record) -> None:
    """Check and store the changes. Addresses are stored last and together, because two users may swap theirs."""
    new_addresses: dict[User, str] = {}
    # Ordered by id, like every lock of users, so that two transactions can't deadlock.
    for chunk in chunks(sorted(updates, key=lambda update: update.id), BATCH):
        users = locked([update.id for update in chunk])
        for update in chunk:
            check(update, users.get(update.id), profiles, actor)
        mails = [record.changed(users[update.id], update.changes) for update in chunk]
        put_all([mail for mail in mails if mail])
        ImportedPerson.objects.bulk_create(
            [record.changed_person(update, profiles) for update in chunk], batch_size=BATCH
        )
        changed: dict[tuple[str, ...], list[User]] = defaultdict(list)
        for update in chunk:
            user, changes = users[update.id], dict(update.changes)
            if "email" in changes:
                new_addresses[user] = changes.pop("email")[1]
            for field, (_before, after) in changes.items():
                changed[set_field(user, field, after, profiles)].append(user)
        for fields, same_fields in changed.items():
            User.objects.bulk_update(same_fields, fields, batch_size=BATCH)
    move(new_addresses)


def check(update: Update, user: User | None, profiles: dict[str, int], actor: User | None) -> None:
    """Raise UsersChanged if the user has changed since the plan was made, or is protected now."""
    if user is None or is_protected(user, actor):
        raise UsersChanged
    for field, (before, _after) in update.changes.items():
        column, value = stored(field, before, profiles)
        if getattr(user, column) != value:
            raise UsersChanged


def set_field(user: User, field: str, value: Any, profiles: dict[str, int]) -> tuple[str, ...]:
    """Set the planned value of a field, and return the names of the fields to save."""
    if field == "is_active":
        return user.set_active(value)
    setattr(user, *stored(field, value, profiles))
    return (field,)


def locked(ids: list[int]) -> dict[int, User]:
    """Read and lock users until the end of the transaction, and return them by id."""
    users = User.objects.filter(pk__in=ids).with_standing().order_by("pk").select_for_update(of=("self",))
    return {user.pk: user for user in users}


def stored(field: str, value: Any, profiles: dict[str, int]) -> tuple[str, Any]:
    """Convert a field and value of a plan to the attribute of a user and its value."""
    if field == "department":
        return "department_id", value.id if value else None
    if field == "job_profile":
        return "job_profile_id", profiles.get(value)
    return field, value


def move(new_addresses: dict[User, str]) -> None:
    """Store the new addresses. Users whose address is wanted by another user first get a temporary one."""
    wanted = set(new_addresses.values())
    in_the_way = [user for user in new_addresses if user.email in wanted]
    for user in in_the_way:
        user.email = f"moving-{uuid.uuid4().hex}@invalid"
    for chunk in chunks(in_the_way, BATCH):
        store_email_addresses(chunk)
    for user, address in new_addresses.items():
        user.email = address
    for chunk in chunks(list(new_addresses), BATCH):
        store_email_addresses(chunk)


def create_users(creations: list[Creation], profiles: dict[str, int], record: Record) -> None:
    """Store new users without a password, so that their first sign-in begins with a password reset."""
    for chunk in chunks(creations, BATCH):
        users = [new_user(creation, profiles) for creation in chunk]
        User.objects.bulk_create(users, batch_size=BATCH)
        add_email_addresses(users)
        for user, creation in zip(users, chunk, strict=True):
            record.created(user, creation)
        people = [record.created_person(user, each.row.line) for user, each in zip(users, chunk, strict=True)]
        ImportedPerson.objects.bulk_create(people, batch_size=BATCH)


def new_user(creation: Creation, profiles: dict[str, int]) -> User:
    row, place = creation.row, creation.department
    said = {"language": row.language, "time_zone": row.time_zone, "is_active": row.is_active}
    return User(
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name or "",
        external_id=row.external_id,
        department_id=place.id if place else None,
        job_profile_id=profiles[creation.job_profile] if creation.job_profile else None,
        # The value of set_unusable_password(), which would take a third of the time of a large import.
        password=UNUSABLE_PASSWORD_PREFIX + secrets.token_urlsafe(30),
        **{field: value for field, value in said.items() if value is not None},
    )
