"""Modules: assignment, due dates, answering and submitting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import no_nul
from accounts.models.history import Row, as_text
from audit import clock
from audit.changes import record_change
from audit.context import current
from learning import validity
from learning.visibility import audience

from .answers import NO_PAGE, Answer, Page, asked_among, digest
from .due_states import DueDateExtension, DueState, has_tries_after
from .earlier_submissions import EarlierSubmission
from .interactions import Interaction
from .items import MARKDOWN, TEXT_LENGTH, AudienceEntry, Exclusion, Item, ItemQuerySet, entry_name
from .judging import Judged, percent_of
from .progress import (
    TRIES_AT_MOST,
    AlreadySubmitted,
    AnswersChanged,
    AnswersWrong,
    InteractionsMissing,
    ModuleProgress,
)


class ModuleQuerySet(ItemQuerySet):
    def waited_for_by(self, user):
        """Filter modules that the user can submit now or later; only these can be waited for as prerequisites."""
        return self.filter(*audience.is_there_or_comes(self.model, user, timezone.now()))

    def with_due_state_of(self, user):
        """Annotate when the user began and last submitted the module, and when it is due."""
        progress = ModuleProgress.objects.filter(module=OuterRef("pk"), user=user.pk)
        earlier = EarlierSubmission.objects.filter(module=OuterRef("pk"), user=user.pk)
        extension = DueDateExtension.objects.filter(module=OuterRef("pk"), user=user.pk)
        entries = ModuleAudience.objects.filter(audience.naming(user), item=OuterRef("pk"))
        return self.annotate(
            started_at=Subquery(progress.values("started_at")),
            submitted_at=Subquery(progress.values("submitted_at")),
            tries_used=Subquery(progress.values("tries_used")),
            counts_up_to=Subquery(progress.values("counts_up_to")),
            earlier_at=Subquery(earlier.filter(validity.counts()).order_by("-submitted_at").values("submitted_at")[:1]),
            extended_to=Subquery(extension.values("due_at")),
            assigned_due_at=Subquery(entries.order_by().values("item").annotate(first=Min("due_at")).values("first")),
            due_at=Coalesce("extended_to", "assigned_due_at"),
        )

    def with_progress_of(self, user):
        """Annotate the same, and how many interactions the user has answered."""
        interactions = Interaction.objects.filter(module=OuterRef("pk"))
        is_answered = Exists(Answer.objects.filter(interaction=OuterRef("pk"), user=user.pk))
        return self.with_due_state_of(user).annotate(
            has_earlier=Exists(EarlierSubmission.objects.filter(module=OuterRef("pk"), user=user.pk)),
            interaction_count=counted(interactions),
            answered_count=counted(interactions.filter(is_answered)),
            missing_count=counted(interactions.filter(~is_answered, is_required=True)),
        )


def counted(interactions):
    per_module = interactions.order_by().values("module").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(per_module), 0)


class Module(Judged, DueState, Item):
    """Interactions in order, which a learner completes and then submits."""

    rules = audience.RULES_BY_KIND["module"]

    tracked = (*Item.tracked, "tries", "pass_mark", "valid_for", "reopens_before")

    # Annotated by `with_due_state_of`, beside those of DueState.
    extended_to: datetime | None
    assigned_due_at: datetime | None
    # Annotated by `with_progress_of`.
    has_earlier: bool
    interaction_count: int
    answered_count: int
    missing_count: int

    description = models.TextField(
        _("description"), max_length=TEXT_LENGTH, blank=True, validators=[no_nul], help_text=MARKDOWN
    )
    prerequisites = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="leads_to",
        verbose_name=_("builds on"),
        help_text=_(
            "Modules that must be submitted before this one is shown. Nobody waits for a draft, for a module that is "
            "no longer published, or for one that is not meant for them."
        ),
    )

    tries = models.PositiveSmallIntegerField(
        _("tries"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "How often somebody may submit it; the last try counts as it is. Empty: the first one counts, or, with a "
            "pass mark, people may try as often as they like."
        ),
    )

    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_(
            "The percentage of answered questions that has to be right. Empty: it is done once it is submitted."
        ),
    )

    valid_for = models.DurationField(
        _("valid for"),
        null=True,
        blank=True,
        help_text=_("How long it counts once it is submitted; afterwards it has to be done again. Empty: without end."),
    )
    reopens_before = models.DurationField(
        _("open again before that"),
        null=True,
        blank=True,
        help_text=_("How long before the end of its validity it may be done again. Empty: not before."),
    )

    objects: ClassVar = ModuleQuerySet.as_manager()

    class Meta(Item.Meta):
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        constraints = [
            *Item.Meta.constraints,
            models.CheckConstraint(
                condition=Q(valid_for__isnull=True) | Q(valid_for__gt=timedelta(0)), name="module_is_valid_for_a_while"
            ),
            models.CheckConstraint(
                condition=Q(reopens_before__isnull=True)
                | Q(valid_for__isnull=False, reopens_before__gt=timedelta(0), reopens_before__lt=F("valid_for")),
                name="module_opens_again_while_it_is_valid",
                violation_error_message=_("It can open again only while it is valid."),
            ),
        ]

    def get_absolute_url(self):
        return reverse("module_detail", args=[self.pk])

    def is_below(self, other: Module) -> bool:
        """Return whether this module has the other one as a prerequisite, directly or not."""
        seen: set[int] = set()
        reached = {self.pk}
        while reached:
            if other.pk in reached:
                return True
            seen |= reached
            needed = Module.prerequisites.through.objects.filter(from_module__in=reached)
            reached = set(needed.values_list("to_module", flat=True)) - seen
        return False

    def missing_for(self, user):
        """Return the required interactions that the user has not answered, in order."""
        answered = Answer.objects.filter(interaction=OuterRef("pk"), user=user.pk)
        return self.interactions.filter(~Exists(answered), is_required=True)

    def digests(self, user) -> dict[int, str]:
        """Return the digest of each answer with the version of its interaction, by the key of the interaction."""
        kept = dict(Answer.objects.filter(interaction__module=self, user=user.pk).values_list("interaction", "value"))
        asked = self.interactions.values_list("pk", "version")
        return {pk: f"{digest(kept.get(pk))}:{version}" for pk, version in asked}

    def progress_of(self, user) -> ModuleProgress:
        """Return the user's progress, created if necessary and locked until the transaction ends."""
        with record_change(self.progress.filter(user=user.pk), about=self):
            ModuleProgress.objects.get_or_create(user_id=user.pk, module=self, defaults={"started_at": clock.now()})
        return ModuleProgress.objects.select_for_update().get(user=user.pk, module=self)

    def keep_answers(self, user, values: dict) -> None:
        """
        Store cleaned answers by interaction, whatever was stored before; an empty one deletes the answer.

        Raise AlreadySubmitted if an answer would change after the module was submitted.
        """
        kept = dict(Answer.objects.filter(user=user.pk, interaction__in=values).values_list("interaction_id", "value"))
        changed = {each: value for each, value in values.items() if (value or None) != kept.get(each.pk)}
        if not changed:
            return
        with transaction.atomic():
            if self.progress_of(user).submitted_at:
                raise AlreadySubmitted
            self.store_answers(user, changed)

    def store_answers(self, user, values: dict, page: Page = NO_PAGE, versions: dict | None = None) -> None:
        """
        Store answers by interaction; an empty one deletes the answer. The caller holds the lock of `progress_of`.

        versions: the version of an interaction that was answered, if it is not the newest one.
        """
        versions = versions or {}
        answers = Answer.objects.filter(user=user.pk, interaction__in=list(values))
        now, session = timezone.now(), current().assumed_session
        asked = asked_among(self.interactions.prefetch_related("choices"))
        with record_change(answers, about=self, more=asked):
            answers.filter(interaction__in=[each for each, value in values.items() if not value]).delete()
            Answer.objects.bulk_create(
                [
                    Answer(
                        user_id=user.pk,
                        interaction=each,
                        value=value,
                        answered_at=now,
                        version=versions.get(each) or each.version,
                        page=page.name,
                        assumed_session=session,
                    )
                    for each, value in values.items()
                    if value
                ],
                update_conflicts=True,
                unique_fields=["interaction", "user"],
                update_fields=["value", "answered_at", "version", "page", "assumed_session"],
            )

    def submit_for(self, user, shown: dict[int, str] | None = None) -> ModuleProgress:
        """
        Submit the module for the user; a second call changes nothing.

        shown: the value of `digests` for the page that the user saw; None submits what is stored. Raise AnswersChanged
        if something else is stored, InteractionsMissing if required interactions are open, and AnswersWrong, with the
        questions, if this used up a try and another one is left.
        """
        with transaction.atomic():
            progress = self.progress_of(user)
            if progress.submitted_at:
                return progress
            if shown is not None and shown != self.digests(user):
                raise AnswersChanged
            if missing := list(self.missing_for(user)):
                raise InteractionsMissing(missing)
            judged = self.judged_for(user) if self.tries or self.pass_mark else []
            wrong = self.wrong_of(judged)
            is_refused = bool(wrong) and has_tries_after(progress.tries_used + 1, self.tries, self.pass_mark)
            with record_change(progress, about=self):
                progress.tries_used = min(progress.tries_used + 1, TRIES_AT_MOST)
                progress.submitted_at = None if is_refused else clock.not_before(progress.started_at)
                progress.counts_up_to = validity.counts_up_to(percent_of(judged), self.pass_mark)
                progress.save(update_fields=["tries_used", "submitted_at", "counts_up_to"])
        # Outside the transaction, because a rollback would restore the try.
        if is_refused:
            raise AnswersWrong(wrong)
        return progress


class ModuleAudience(AudienceEntry):
    """An audience to which a module is assigned, with its due date."""

    tracked = (*AudienceEntry.tracked, "due_at")

    item = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="audience", verbose_name=_("module"))
    due_at = models.DateTimeField(
        _("due"), null=True, blank=True, help_text=_("If several apply to a person, the first date counts.")
    )

    class Meta(AudienceEntry.Meta):
        pass

    @classmethod
    def row_of(cls, values):
        name, due_at = entry_name(values), as_text(values["due_at"])
        return Row(values["item_id"], {"audience": name, "due_at": f"{name} {due_at}" if due_at else None})


class ModuleExclusion(Exclusion):
    item = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="exclusions", verbose_name=_("module"))

    class Meta(Exclusion.Meta):
        pass
