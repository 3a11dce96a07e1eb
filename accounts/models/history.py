"""
The history of users, departments and items: which field changed when, from what to what, by which actor.

The audit log proves what happened; this table answers what was so at a moment. Whatever changes a row of a tracked
model through the ORM adds to it: a form, an action of the admin site, an import, a command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models.signals import post_delete, pre_delete
from django.utils import timezone

from audit.context import current
from audit.statements import insert

SOURCE_LENGTH = 200  # characters

# The tracked fields of a row as text; None stands for "no", "none" and "no row".
Values = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Row:
    """The tracked values of one row. subject: the number of the user or item that the row belongs to."""

    subject: int
    values: Values


class FieldChange(models.Model):
    """
    A change of one field of a user, a department or an item.

    kind, number: which of them, such as "module" and 12. before, after: the values as text; a field that holds
    several values, such as an audience, has a change for each value that is added (no before) or removed (no after).
    source: the file or command that changed it, if any.
    """

    kind = models.CharField(max_length=20)
    number = models.BigIntegerField()
    at = models.DateTimeField()
    field = models.CharField(max_length=40)
    before = models.TextField(null=True)
    after = models.TextField(null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    source = models.CharField(max_length=SOURCE_LENGTH, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["kind", "number", "at"], name="change_by_subject"),
            models.Index(fields=["kind", "at"], name="change_by_time"),
            models.Index(
                fields=["kind", "number"],
                name="change_of_title",
                condition=models.Q(field="title", before__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.kind}-{self.number}: {self.field}"


_author: ContextVar[tuple[int | None, str]] = ContextVar("history_author", default=(None, ""))
_moment: ContextVar[datetime | None] = ContextVar("history_moment", default=None)
_collected: ContextVar[list[FieldChange] | None] = ContextVar("history_collected", default=None)


@contextmanager
def changed_by(actor: Any, source: str) -> Iterator[None]:
    """
    Name the actor, None for nobody, and the file or command whose changes the block makes.

    Otherwise the actor of the audit context is named, who is the user of the request.
    """
    token = _author.set((actor.pk if actor else None, source[:SOURCE_LENGTH]))
    try:
        yield
    finally:
        _author.reset(token)


@contextmanager
def collecting() -> Iterator[list[FieldChange]]:
    """Yield a list to which every change of the block is added, for the audit event of the act."""
    changes: list[FieldChange] = []
    token = _collected.set(changes)
    try:
        yield changes
    finally:
        _collected.reset(token)


@contextmanager
def one_moment() -> Iterator[None]:
    """Give all changes of the block the same time, so that no moment lies between them."""
    token = _moment.set(timezone.now())
    try:
        yield
    finally:
        _moment.reset(token)


def note(kind: str, rows: Iterable[tuple[Row | None, Row | None]]) -> None:
    """Store the differences between rows before and after a change; a missing row is None."""
    now, (actor, source) = _moment.get() or timezone.now(), _author.get()
    if actor is None and (person := current().actor) is not None:
        actor = person.id
    changes = [
        FieldChange(
            kind=kind,
            number=(after or before).subject,  # type: ignore[union-attr] # one of both is there
            at=now,
            field=field,
            before=was,
            after=now_is,
            actor_id=actor,
            source=source,
        )
        for before, after in rows
        for field, was, now_is in differences(before, after)
    ]
    insert(changes)
    if (collected := _collected.get()) is not None:
        collected += changes


def differences(before: Row | None, after: Row | None) -> Iterator[tuple[str, str | None, str | None]]:
    """Return each field that differs, with both values."""
    was, now_is = before.values if before else {}, after.values if after else {}
    for field in {**was, **now_is}:
        if was.get(field) != now_is.get(field):
            yield field, was.get(field), now_is.get(field)


def as_text(value: Any) -> str | None:
    """Return a stored value as text; None for None, False and ""."""
    match value:
        case None | False | "":
            return None
        case True:
            return "yes"
        case datetime():
            return value.isoformat()
        case timedelta():
            return str(value.total_seconds())
        case _:
            return str(value)


class TrackedQuerySet(models.QuerySet):
    """A queryset whose bulk changes are added to the history, too. Deletions send signals: see `track`."""

    model: Any

    def update(self, **values):
        if not self.model.tracks(values):
            return super().update(**values)
        with transaction.atomic(using=self.db, savepoint=False):
            before = snapshot(self)
            count = super().update(**values)
            after = snapshot(self.model._base_manager.filter(pk__in=list(before)))
            note(self.model.history_kind(), [(before[pk], after.get(pk)) for pk in before])
        return count

    update.alters_data = True  # type: ignore[attr-defined] # templates can't call it

    def bulk_create(self, objs, *args, **kwargs):
        if not self.model.tracks_creation:
            return super().bulk_create(objs, *args, **kwargs)
        with transaction.atomic(using=self.db, savepoint=False):
            created = super().bulk_create(objs, *args, **kwargs)
            rows: list[Any] = created
            note(self.model.history_kind(), [(None, each.history_row()) for each in rows])
        return created


class Tracked(models.Model):
    """A model whose changes are added to the history."""

    # The attributes of the tracked columns.
    tracked: ClassVar[tuple[str, ...]] = ()
    # False if a column of the subject itself says when it was created.
    tracks_creation: ClassVar[bool] = True

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        names = kwargs.get("update_fields")
        is_new = self._state.adding
        if (is_new and not self.tracks_creation) or (names is not None and not self.tracks(names)):
            super().save(*args, **kwargs)
            return
        with transaction.atomic(savepoint=False):
            before = {} if is_new else snapshot(type(self)._base_manager.filter(pk=self.pk))
            super().save(*args, **kwargs)
            after = snapshot(type(self)._base_manager.filter(pk=self.pk))
            note(self.history_kind(), [(before.get(self.pk), after.get(self.pk))])

    @classmethod
    def history_kind(cls) -> str:
        """Return the kind of user or item that a row belongs to."""
        return str(cls._meta.model_name)

    @classmethod
    def tracks(cls, names: Iterable[str]) -> bool:
        """Return whether one of the fields or columns is tracked."""
        columns = {cls._meta.get_field(name).attname for name in names if name != "pk"}  # type: ignore[union-attr]
        return not columns.isdisjoint(cls.tracked)

    @classmethod
    def row_of(cls, values: dict[str, Any]) -> Row:
        """Return the tracked values of a row, given its tracked columns and its primary key."""
        return Row(values["pk"], {name.removesuffix("_id"): as_text(values[name]) for name in cls.tracked})

    @classmethod
    def history_rows(cls, rows: models.QuerySet) -> dict[int, Row]:
        """Return the tracked values of stored rows by primary key."""
        return {values["pk"]: cls.row_of(values) for values in rows.order_by().values("pk", *cls.tracked)}

    def history_row(self) -> Row:
        return self.row_of({"pk": self.pk} | {name: getattr(self, name) for name in self.tracked})


def snapshot(rows: models.QuerySet) -> dict[int, Row]:
    """Return the tracked values of stored rows by primary key."""
    model: Any = rows.model
    found: dict[int, Row] = model.history_rows(rows)
    return found


def track(*tracked: type[Tracked]) -> None:
    """Add deletions of these models to the history, with those that a deleted department or user causes."""
    for model in tracked:
        post_delete.connect(note_deletion, sender=model)


def track_ends(model: type[Tracked]) -> None:
    """Add deletions of this model before they happen, because what a row tells of others may be gone afterwards."""
    pre_delete.connect(note_end, sender=model)


def note_end(sender: type[Tracked], instance: Any, **details: Any) -> None:
    rows = snapshot(sender._base_manager.filter(pk=instance.pk))
    note(sender.history_kind(), [(row, None) for row in rows.values()])


def note_deletion(sender: type[Tracked], instance: Tracked, **details: Any) -> None:
    if sender.tracks_creation:
        note(sender.history_kind(), [(instance.history_row(), None)])
