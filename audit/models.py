"""Models of the append-only log: events in one chain, with readable texts beside them that can be erased."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

HASH: dict[str, Any] = {"max_length": 64, "editable": False}


class Part(models.TextChoices):
    """The readable parts of an event; each has its own commitment and can be erased alone."""

    ACTOR = "actor", _("Actor")
    TARGET = "target", _("On behalf of")
    REASON = "reason", _("Reason")
    DETAIL = "detail", _("Detail")


class AuditEvent(models.Model):
    """
    One recorded event, which is never changed or deleted.

    Users are plain numbers, because a foreign key would delete events or prevent the deletion of a user.
    """

    seq = models.BigIntegerField(_("number"), primary_key=True)
    log_id = models.UUIDField(_("log"))
    schema = models.SmallIntegerField(_("schema"))
    at = models.DateTimeField(_("time"))
    kind = models.CharField(_("kind"), max_length=50)
    outcome = models.CharField(_("outcome"), max_length=20)
    assumed_session = models.UUIDField(_("assumed session"), null=True)
    actor_id = models.BigIntegerField(_("actor"), null=True)
    target_id = models.BigIntegerField(_("on behalf of"), null=True)
    request_id = models.UUIDField(_("request"), null=True)
    actor_commitment = models.CharField(null=True, **HASH)
    target_commitment = models.CharField(null=True, **HASH)
    reason_commitment = models.CharField(null=True, **HASH)
    detail_commitment = models.CharField(null=True, **HASH)
    prev_hash = models.CharField(**HASH)
    entry_hash = models.CharField(**HASH)
    key_id = models.CharField(_("key"), max_length=50)
    mac = models.CharField("MAC", **HASH)

    address_of_ticket: Callable[[str], str]  # set by the pages of the auditor

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        default_permissions = ("view",)
        permissions = [("export_auditevent", _("Export audit events"))]
        constraints = [
            models.CheckConstraint(condition=Q(seq__gte=1), name="audit_event_seq_from_one"),
            # Not the field's own `unique`, with which PostgreSQL keeps a second index for LIKE.
            models.UniqueConstraint(fields=["prev_hash"], name="audit_event_follows_one_event"),
            models.CheckConstraint(
                condition=Q(assumed_session=None) | Q(actor_id__isnull=False, target_id__isnull=False),
                name="audit_event_on_behalf_names_both_people",
            ),
        ]
        indexes = [
            models.Index(fields=["at"], name="audit_event_by_time"),
            models.Index(fields=["kind", "seq"], name="audit_event_by_kind"),
            models.Index(fields=["outcome", "seq"], name="audit_event_by_outcome"),
            models.Index(fields=["kind", "outcome", "seq"], name="audit_event_by_kind_outcome"),
            models.Index(fields=["kind", "at", "actor_id"], name="audit_event_by_kind_time"),
            models.Index(
                fields=["kind", "seq"], condition=Q(assumed_session__isnull=True), name="audit_event_outside_by_kind"
            ),
            models.Index(fields=["actor_id", "seq"], name="audit_event_by_actor"),
            models.Index(fields=["target_id", "seq"], name="audit_event_by_target"),
            models.Index(
                fields=["assumed_session", "seq"],
                condition=Q(assumed_session__isnull=False),
                name="audit_event_by_assumed_session",
            ),
        ]

    def __str__(self):
        return f"#{self.seq}"

    def commitment(self, part: str) -> str | None:
        return getattr(self, f"{part}_commitment")


class AuditText(models.Model):
    """One readable part of an event as canonical JSON; the database deletes it only with an erasure."""

    event = models.ForeignKey(AuditEvent, models.DO_NOTHING, related_name="texts", db_index=False)
    part = models.CharField(max_length=10, choices=Part.choices)
    nonce = models.CharField(**HASH)
    text = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["event", "part"], name="audit_text_once_per_part")]


class AuditErasure(models.Model):
    """Permission to delete the text of one part; the event `erased_by` records it."""

    event = models.ForeignKey(AuditEvent, models.DO_NOTHING, related_name="erasures", db_index=False)
    part = models.CharField(max_length=10, choices=Part.choices)
    erased_by = models.ForeignKey(AuditEvent, models.DO_NOTHING, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["event", "part"], name="audit_erasure_once_per_part")]


class AuditSeal(models.Model):
    """
    The end of the part of the log that was exported and may be deleted; the event `sealed_by` records it.

    through_seq, entry_hash, through_at: the last sealed event. export_name, export_sha256: the file with the sealed
    events. rotated_to, used_keys: what the sealed rotations say about keys. The newest seal counts; an earlier one
    stays, although the seals after it delete its event.
    """

    through_seq = models.BigIntegerField(primary_key=True)
    entry_hash = models.CharField(**HASH)
    through_at = models.DateTimeField()
    export_name = models.TextField()
    export_sha256 = models.CharField(**HASH)
    rotated_to = models.CharField(max_length=50, null=True)
    used_keys = models.TextField()
    sealed_by = models.ForeignKey(AuditEvent, models.DO_NOTHING, related_name="+", db_constraint=False)

    class Meta:
        default_permissions = ()
