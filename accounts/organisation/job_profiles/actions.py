"""Changes of job profiles: each is checked again under lock, and is one transaction with its audit event."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from accounts.authorization.changes import NotAllowed, lock_users, require
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import JobProfile, User
from accounts.models.history import changed_by, one_moment
from accounts.organisation.actions import still_pointing
from accounts.organisation.rules import why_not_edit_profiles
from accounts.organisation.tree import key
from accounts.organisation.uses import AUDIENCES, Effect, uses_of_profile
from accounts.users.id_ranges import compact
from audit import log
from audit.kinds import Kind


@contextmanager
def changing(actor: User, *profiles: int) -> Iterator[tuple[User, dict[int, JobProfile]]]:
    """
    Run the block in one transaction with its event, with the actor and these job profiles locked and read again.

    Raise NotAllowed if the actor may not edit job profiles, or if one of them no longer exists.
    """
    with log.recording(), one_moment(), changed_by(actor, ""):
        [actor] = lock_users(actor)
        require(why_not_edit_profiles(actor))
        rows = JobProfile.objects.filter(pk__in=profiles).order_by("pk")
        if connection.features.has_select_for_update:
            rows = rows.select_for_update()
        locked = {profile.pk: profile for profile in rows}
        if len(locked) < len(set(profiles)):
            raise NotAllowed(ChangeRefusal.PROFILE_GONE)
        yield actor, locked


def why_not_name(name: str, *, but: int = 0) -> ChangeRefusal | None:
    """Return why no job profile can have this name; None if one can. but: the job profile that gets it."""
    names = JobProfile.objects.exclude(pk=but).values_list("name", flat=True)
    return ChangeRefusal.PROFILE_NAME_TAKEN if key(name) in map(key, names) else None


def create_profile(*, actor: User, name: str) -> int:
    """Create a job profile, and return its id. Raise NotAllowed if the actor may not, or if the name is taken."""
    with changing(actor) as (actor, _none):
        require(why_not_name(name))
        profile, is_new = JobProfile.objects.get_or_create(name=name)
        require(None if is_new else ChangeRefusal.PROFILE_NAME_TAKEN)
        detail = {"job_profile": profile.pk, "name_after": name}
        log.record(Kind.JOB_PROFILE_CREATED, actor=actor.as_person(), detail=detail)
    return int(profile.pk)


def rename_profile(*, actor: User, profile: JobProfile, name: str, seen: str) -> bool:
    """
    Rename a job profile, and return whether the name is another one.

    seen: the name that the form was made from. Raise NotAllowed if the actor may not, if the name is another one by
    now, or if it is taken.
    """
    with changing(actor, profile.pk) as (actor, locked):
        stored = locked[profile.pk]
        if stored.name != seen:
            raise NotAllowed(ChangeRefusal.ORGANISATION_CHANGED)
        if stored.name == name:
            return False
        require(why_not_name(name, but=stored.pk))
        JobProfile.objects.filter(pk=stored.pk).update(name=name)
        detail = {"job_profile": stored.pk, "name_before": stored.name, "name_after": name}
        log.record(Kind.JOB_PROFILE_RENAMED, actor=actor.as_person(), detail=detail)
    return True


@dataclass(slots=True)
class Preview:
    """What merging one job profile into another changes. people: users of the first one, active or not."""

    source: JobProfile
    into: JobProfile
    people: int
    learning: list[Effect]

    @property
    def fingerprint(self) -> str:
        """Return a hash of everything that the preview says, so that nobody confirms what they did not see."""
        said = [f"{each.pk} {each.name}" for each in (self.source, self.into)]
        said += [f"{each.item.name} {each.gaining} {each.losing}" for each in self.learning]
        return hashlib.sha256("\n".join([*said, str(self.people)]).encode()).hexdigest()


def preview(actor: User, source: JobProfile, into: JobProfile) -> Preview:
    """Return what merging one job profile into another changes."""
    people = User.objects.filter(job_profile=source).count()
    effects = [effect for audiences in AUDIENCES for effect in audiences.effects_of_profiles(actor, source.pk, into.pk)]
    return Preview(source, into, people, effects)


def merge_profile(*, actor: User, profile: JobProfile, into: int, seen: str) -> None:
    """
    Merge a job profile into another one: its people and audiences.

    into: the id of the other one. seen: the fingerprint of the preview that was confirmed. Raise NotAllowed if the
    actor may not, or if the change would be another one by now.
    """
    require(ChangeRefusal.SAME_PROFILE if into == profile.pk else None)
    with changing(actor, profile.pk, into) as (actor, locked):
        source, target = locked[profile.pk], locked[into]
        shown = preview(actor, source, target)
        if shown.fingerprint != seen:
            raise NotAllowed(ChangeRefusal.ORGANISATION_CHANGED)
        users = User.objects.filter(job_profile=source)
        people = compact(users.order_by("pk").values_list("pk", flat=True))[0]
        users.update(job_profile=target)
        items = {name for each in AUDIENCES for name in each.replace("job_profile", source.pk, target.pk)}
        detail = {
            "job_profile": source.pk, "into": target.pk, "name_before": source.name, "name_after": target.name,
            "people_moved": people, "audiences": sorted(items),
            "learning": {each.item.name: [each.gaining, each.losing] for each in shown.learning},
        }  # fmt: skip
        JobProfile.objects.filter(pk=source.pk).delete()
        log.record(Kind.JOB_PROFILE_MERGED, actor=actor.as_person(), detail=detail)


def delete_profile(*, actor: User, profile: JobProfile) -> None:
    """Delete a job profile that nothing points to. Raise NotAllowed if the actor may not, or if something does."""
    with changing(actor, profile.pk) as (actor, locked):
        stored = locked[profile.pk]
        for refused, count in still_pointing(uses_of_profile(actor, stored)):
            raise NotAllowed(refused, count=count)
        detail = {"job_profile": stored.pk, "name_before": stored.name}
        JobProfile.objects.filter(pk=stored.pk).delete()
        log.record(Kind.JOB_PROFILE_DELETED, actor=actor.as_person(), detail=detail)
