"""Application of a plan: the whole plan with its audit events in one transaction, or nothing."""

from __future__ import annotations

import secrets
import uuid
from collections import defaultdict
from collections.abc import Collection, Generator
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import IntegrityError

from accounts.models import Brand, Department, JobProfile, User, UserImport
from accounts.models.email_addresses import add_email_addresses, replace_email_addresses
from accounts.models.folding import with_folded
from accounts.models.history import Row, changed_by, note
from accounts.user_import.memory import left_alone_by_collections
from accounts.user_import.planning.departments import Tree
from accounts.user_import.planning.matching import chunks, protected_among
from accounts.user_import.planning.plan import Creation, Plan, Update
from accounts.user_import.planning.planner import Progress
from accounts.user_import.reading.files import Source
from audit import log
from audit.statements import database_values, insert, new_keys, update_rows

from .record import Record

BATCH = 1_000
# After each batch the number of people who are done, and of all; in the end the run.
Steps = Generator[tuple[int, int], None, UserImport]
UNIQUE = ("email", "external_id")


class UsersChanged(Exception):
    """Users, departments or job profiles changed after the plan was made; nothing is imported."""


def apply_import(
    plan: Plan,
    *,
    actor: User | None = None,
    way: str = UserImport.Way.COMMAND,
    undoes: UserImport | None = None,
    progress: Progress | None = None,
) -> UserImport:
    """
    Apply the plan, and return the run, with the counts that the audit log keeps.

    actor: the user that the plan was made for. way: how the run was started. undoes: the run that the plan undoes.
    progress: called with the number of users written so far. Raise ValueError if the plan has problems or open
    questions, and UsersChanged if somebody has changed the same users since.
    """
    return finished(apply_steps(plan, actor=actor, way=way, undoes=undoes), progress)


def finished(steps: Steps, progress: Progress | None = None) -> UserImport:
    """Take all steps, and return the run."""
    while True:
        try:
            done, _people = next(steps)
        except StopIteration as stop:
            return stop.value
        if progress:
            progress(done)


def apply_steps(plan: Plan, *, actor: User | None, way: str, undoes: UserImport | None = None) -> Steps:
    """
    Apply the plan as `apply_import` does, and yield after each batch.

    All steps are one transaction: closing the generator undoes them. Its locks last until the last step, so the caller
    takes them without waiting for anything in between.
    """
    if plan.problems or plan.questions or plan.source is None or plan.tree is None:
        raise ValueError("A plan with problems or open questions can't be applied.")
    try:
        with log.recording(), left_alone_by_collections():
            run = new_run(plan.source, actor, way, counts=plan.counts(), undoes=undoes)
            record = Record(run, actor)
            record.imported()
            with changed_by(actor, run.file_name):
                create_departments(plan.tree)
                profiles = create_job_profiles(plan.job_profiles)
                done, people = 0, len(plan.updates) + len(plan.creations)
                for count in update_users(plan.updates, profiles, actor, record):
                    done += count
                    yield done, people
                for count in create_users(plan.creations, profiles, record):
                    done += count
                    yield done, people
            record.record_people()
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


def create_departments(tree: Tree) -> None:
    """Store the new departments. Raise UsersChanged if the one above them is gone."""
    try:
        tree.create()
    except (KeyError, Department.DoesNotExist) as error:
        raise UsersChanged from error


def create_job_profiles(names: list[str]) -> dict[str, int]:
    """Store the new job profiles, and return the ids of all job profiles by name."""
    JobProfile.objects.bulk_create([JobProfile(name=name) for name in names], batch_size=BATCH)
    return dict(JobProfile.objects.values_list("name", "id"))


def update_users(
    updates: list[Update], profiles: dict[str, int], actor: User | None, record: Record
) -> Generator[int, None, None]:
    """
    Check and store the changes, and yield the number of users of each batch.

    Unique values are stored last and together, because two users may swap theirs.
    """
    # Ordered by id, like every lock of users, so that two transactions can't deadlock.
    for chunk in chunks(sorted(updates, key=lambda update: update.id), BATCH):
        ids = [update.id for update in chunk]
        users = locked(ids)
        protected = protected_among(User.objects.filter(pk__in=ids), actor)
        for update in chunk:
            check(update, users.get(update.id), profiles, protected)
        record.changed([(users[update.id], update) for update in chunk], profiles)
        store(chunk, users, profiles)
        yield len(chunk)
    store_identifiers(unique_values(updates, "external_id"))
    store_addresses(unique_values(updates, "email"))


def store(updates: list[Update], users: dict[int, User], profiles: dict[str, int]) -> None:
    """Store the changes of locked users, except of unique values, and add them to the history."""
    changed: dict[tuple[str, ...], list[User]] = defaultdict(list)
    rows: list[tuple[Row, Row]] = []
    for update in updates:
        user = users[update.id]
        columns: list[str] = []
        before = user.history_row()
        for field, (_before, after) in update.changes.items():
            if field not in UNIQUE:
                columns += set_field(user, field, after, profiles)
        rows.append((before, user.history_row()))
        changed[tuple(with_folded(columns))].append(user)
    note(User.history_kind(), rows)
    for names, same_fields in changed.items():
        if names:
            update_rows(User, names, database_values(User, ("id", *names), same_fields))


def unique_values(updates: list[Update], field: str) -> dict[int, tuple[Any, Any]]:
    """Return the values of a unique field before and after, by the id of the user."""
    return {update.id: update.changes[field] for update in updates if field in update.changes}


def store_identifiers(values: dict[int, tuple[str | None, str | None]]) -> None:
    """Store the new HR identifiers. Users whose identifier is wanted by another user first lose it."""
    wanted = {after for _before, after in values.values()}
    in_the_way = [(pk, None) for pk, (before, _after) in values.items() if before in wanted and before is not None]
    for rows in (in_the_way, [(pk, after) for pk, (_before, after) in values.items()]):
        for chunk in chunks(rows, BATCH):
            update_rows(User, ["external_id"], chunk)


def store_addresses(values: dict[int, tuple[str, str]]) -> None:
    """Store the new addresses. Users whose address is wanted by another user first get a temporary one."""
    wanted = {after for _before, after in values.values()}
    in_the_way = [(pk, f"moving-{uuid.uuid4().hex}@invalid") for pk, (old, _new) in values.items() if old in wanted]
    for rows in (in_the_way, [(pk, after) for pk, (_before, after) in values.items()]):
        for chunk in chunks(rows, BATCH):
            replace_email_addresses(chunk)


def check(update: Update, user: User | None, profiles: dict[str, int], protected: Collection[int]) -> None:
    """Raise UsersChanged if the user has changed since the plan was made, or is protected now."""
    if user is None or user.pk in protected:
        raise UsersChanged
    for field, (before, _after) in update.changes.items():
        column, value = stored(field, before, profiles)
        if getattr(user, column) != value:
            raise UsersChanged


def set_field(user: User, field: str, value: Any, profiles: dict[str, int]) -> tuple[str, ...]:
    """Set the planned value of a field, and return the names of the attributes to save."""
    if field == "is_active":
        return user.set_active(value)
    attribute, value = stored(field, value, profiles)
    setattr(user, attribute, value)
    return (field,)


def locked(ids: list[int]) -> dict[int, User]:
    """Read and lock users until the end of the transaction, and return them by id."""
    users = User.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    return {user.pk: user for user in users}


def stored(field: str, value: Any, profiles: dict[str, int]) -> tuple[str, Any]:
    """Convert a field and value of a plan to the attribute of a user and its value."""
    if field == "department":
        return "department_id", value.id if value else None
    if field == "job_profile":
        return "job_profile_id", profile_id(value, profiles)
    return field, value


def profile_id(name: str, profiles: dict[str, int]) -> int | None:
    """Return the id of a planned job profile; None for "". Raise UsersChanged if it is gone or renamed."""
    if name and name not in profiles:
        raise UsersChanged
    return profiles.get(name)


def create_users(creations: list[Creation], profiles: dict[str, int], record: Record) -> Generator[int, None, None]:
    """
    Store new users, and yield the number of users of each batch.

    They have no password, so that their first sign-in begins with a password reset.
    """
    standard = Brand.current().preferences
    for chunk in chunks(creations, BATCH):
        keys = new_keys(User, len(chunk))
        users = [new_user(one, profiles, pk, standard) for one, pk in zip(chunk, keys, strict=True)]
        insert(users, with_keys=True)
        add_email_addresses([(user.pk, user.email) for user in users])
        record.created(list(zip(users, chunk, strict=True)))
        yield len(chunk)


def new_user(creation: Creation, profiles: dict[str, int], pk: int, standard: dict[str, str]) -> User:
    row, place = creation.row, creation.department
    said = {"language": row.language, "time_zone": row.time_zone, "is_active": row.is_active}
    return User(
        pk=pk,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name or "",
        external_id=row.external_id,
        department_id=place.id if place else None,
        job_profile_id=profile_id(creation.job_profile, profiles),
        # The value of set_unusable_password(), which would take a third of the time of a large import.
        password=UNUSABLE_PASSWORD_PREFIX + secrets.token_urlsafe(30),
        **standard | {field: value for field, value in said.items() if value is not None},
    )
