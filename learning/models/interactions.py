"""Interactions, the parts of a module, with their choices and former wordings."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Tracked, TrackedQuerySet, no_nul
from accounts.models.history import Row
from accounts.visible_text import NameField
from learning import uploads

from .items import MARKDOWN, TEXT_LENGTH

FREE_TEXT_LENGTH = 5_000


def stored_name(interaction, filename):
    return uploads.stored_name("interactions", filename)


class AskedManager(models.Manager.from_queryset(TrackedQuerySet)):  # type: ignore[misc] # made at run time
    """Current interactions; a removed one is kept for users who answered it."""

    def get_queryset(self):
        return super().get_queryset().filter(retired_at=None)


class Interaction(Tracked):
    """
    Something that a learner does in a module.

    version: incremented by every change of the question. valid_from: answers to former versions don't count, unless the
    module was submitted with them.
    """

    tracked = ("module_id", "title", "is_required", "retired_at")

    class Kind(models.TextChoices):
        READ = "read", _("Read")
        OPEN_FILE = "open_file", _("Open a file")
        ACKNOWLEDGE = "acknowledge", _("Acknowledge")
        SINGLE_CHOICE = "single_choice", _("Single choice")
        MULTIPLE_CHOICE = "multiple_choice", _("Multiple choice")
        FREE_TEXT = "free_text", _("Free text")

    # Kinds that are answered by confirming them.
    DONE_KINDS = frozenset({Kind.READ, Kind.OPEN_FILE, Kind.ACKNOWLEDGE})
    CHOICE_KINDS = frozenset({Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE})

    module = models.ForeignKey(
        "learning.Module", on_delete=models.CASCADE, related_name="interactions", verbose_name=_("module")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    title = NameField(_("title"), max_length=120, validators=[no_nul])
    prompt = models.TextField(_("text"), max_length=TEXT_LENGTH, blank=True, validators=[no_nul], help_text=MARKDOWN)
    is_required = models.BooleanField(
        _("required"), default=True, help_text=_("The module can't be submitted without it.")
    )
    file = models.FileField(
        _("file"), upload_to=stored_name, blank=True, validators=[uploads.validate], help_text=uploads.DESCRIPTION
    )
    filename = models.CharField(_("name of the file"), max_length=150, editable=False, blank=True, validators=[no_nul])

    version = models.PositiveIntegerField(default=1, editable=False)
    valid_from = models.PositiveIntegerField(default=1, editable=False)
    added_at = models.DateTimeField(null=True, default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True, editable=False)

    objects = AskedManager()
    ever = models.Manager()

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        default_permissions = ()
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["read", "open_file", "acknowledge", "single_choice", "multiple_choice", "free_text"]
                ),
                name="interaction_is_of_a_known_kind",
            ),
            models.CheckConstraint(
                condition=(Q(kind="open_file") & ~Q(file="")) | (~Q(kind="open_file") & Q(file="")),
                name="interaction_has_a_file_to_open",
                violation_error_message=_("Give a file to those that open one, and to no others."),
            ),
        ]
        indexes = [models.Index(fields=["module", "is_required"], name="interaction_by_module")]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        if uploads.is_new(self.file):
            self.filename = uploads.shown_name(self.file.name or "")
        elif not self.file:
            self.filename = ""
        super().save(*args, **kwargs)

    @classmethod
    def history_kind(cls):
        return "module"

    @classmethod
    def row_of(cls, values):
        need = "required" if values["is_required"] else "optional"
        is_asked = values["retired_at"] is None
        return Row(values["module_id"], {"steps": f"{values['pk']} {need} {values['title']}" if is_asked else None})

    _options: list[Choice] | None = None

    @property
    def anchor(self) -> str:
        """Return the fragment of the interaction on the page of its module."""
        return f"interaction-{self.pk}"

    @property
    def offers_choices(self) -> bool:
        return self.kind in self.CHOICE_KINDS

    @property
    def options(self) -> list[Choice]:
        """Return the choices on offer; those of a former wording if `as_asked` made this interaction."""
        if self._options is not None:
            return self._options
        return list(self.choices.all()) if self.offers_choices else []

    def wording(self) -> dict[str, Any]:
        """Return the question in words, as a former wording keeps it and the audit log shows it."""
        return {
            "kind": self.kind,
            "title": self.title,
            "prompt": self.prompt,
            "filename": self.filename,
            "choices": [{"id": each.pk, "text": each.text, "is_right": each.is_right} for each in self.options],
        }

    def as_asked(self, earlier: EarlierWording) -> Interaction:
        """Return an unsaved copy of this interaction with a former wording."""
        then = copy.copy(self)
        then.kind, then.title, then.prompt = earlier.kind, earlier.title, earlier.prompt
        then.filename = earlier.filename
        if then.filename != self.filename:
            then.file = ""
        then._options = [
            Choice(pk=each["id"], text=each["text"], is_right=each["is_right"]) for each in earlier.choices
        ]
        return then

    def form_field(self) -> forms.Field:
        """Return the form field of the answer. It is optional, because incomplete answers are stored too."""
        choices = [(choice.pk, choice.text) for choice in self.options]
        match self.kind:
            case self.Kind.OPEN_FILE:
                return forms.BooleanField(label=_("I have opened this file"), required=False)
            case self.Kind.READ:
                return forms.BooleanField(label=_("I have read this"), required=False)
            case self.Kind.ACKNOWLEDGE:
                return forms.BooleanField(label=_("I confirm this"), required=False)
            case self.Kind.SINGLE_CHOICE:
                return forms.TypedChoiceField(
                    label=self.title,
                    choices=choices,
                    coerce=int,
                    empty_value=None,
                    widget=forms.RadioSelect,
                    required=False,
                )
            case self.Kind.MULTIPLE_CHOICE:
                return forms.TypedMultipleChoiceField(
                    label=self.title, choices=choices, coerce=int, widget=forms.CheckboxSelectMultiple, required=False
                )
            case _other:
                widget = forms.Textarea(attrs={"rows": 4})
                return forms.CharField(label=self.title, max_length=FREE_TEXT_LENGTH, widget=widget, required=False)

    def answer_for(self, user, data) -> None:
        """
        Store the user's answer, as a form sends it; an empty value deletes it.

        Raise ValidationError if the answer doesn't fit, AlreadySubmitted if the module has been submitted.
        """
        self.module.keep_answers(user, {self: self.form_field().clean(data)})

    def is_right(self, value) -> bool | None:
        """Return whether the answer is right; None if the question has no right answer."""
        right = {choice.pk for choice in self.options if choice.is_right}
        if not right:
            return None
        return right == set(value if isinstance(value, list) else [value])

    def offer(self, wanted: list[tuple]) -> None:
        """
        Store these choices in this order, each as (text, is_right, key of the choice that it replaces).

        A choice without a key is new, unless its text exists already.
        """
        there = {choice.pk: choice for choice in self.choices.all()}
        by_text = {choice.text: choice for choice in there.values()}
        kept = set()
        for position, (text, is_right, *key) in enumerate(wanted):
            choice = there.get(key[0]) if key else by_text.get(text)
            if choice is None or choice.pk in kept:
                choice = Choice(interaction=self)
            choice.text, choice.is_right, choice.position = text, is_right, position
            choice.save()
            kept.add(choice.pk)
        self.choices.filter(pk__in=there.keys() - kept).delete()


class Choice(models.Model):
    """A choice that an interaction offers."""

    interaction = models.ForeignKey(
        Interaction, on_delete=models.CASCADE, related_name="choices", verbose_name=_("interaction")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = models.CharField(_("text"), max_length=300, validators=[no_nul])
    is_right = models.BooleanField(_("right"), default=False)

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        default_permissions = ()
        ordering = ["position", "pk"]

    def __str__(self):
        return self.text


class EarlierWording(models.Model):
    """A former wording of an interaction, for users who answered it."""

    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="earlier")
    version = models.PositiveIntegerField()
    replaced_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    prompt = models.TextField(blank=True)
    filename = models.CharField(max_length=150, blank=True)
    choices = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["interaction", "version"], name="earlier_wording_once")]

    def __str__(self):
        return f"{self.title} ({self.version})"
