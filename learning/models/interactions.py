"""The parts of a module, one after the other, and what people answered."""

from __future__ import annotations

from django import forms
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import no_nul
from accounts.visible_text import NameField
from learning import uploads

from .items import TEXT_LENGTH

FREE_TEXT_LENGTH = 5_000


def stored_name(interaction, filename):
    return uploads.stored_name("interactions", filename)


class Interaction(models.Model):
    """Something that a learner does in a module."""

    class Kind(models.TextChoices):
        READ = "read", _("Read")
        OPEN_FILE = "open_file", _("Open a file")
        ACKNOWLEDGE = "acknowledge", _("Acknowledge")
        SINGLE_CHOICE = "single_choice", _("Single choice")
        MULTIPLE_CHOICE = "multiple_choice", _("Multiple choice")
        FREE_TEXT = "free_text", _("Free text")

    # What is answered by saying that it is done.
    DONE_KINDS = frozenset({Kind.READ, Kind.OPEN_FILE, Kind.ACKNOWLEDGE})
    CHOICE_KINDS = frozenset({Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE})

    module = models.ForeignKey(
        "learning.Module", on_delete=models.CASCADE, related_name="interactions", verbose_name=_("module")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    title = NameField(_("title"), max_length=120, validators=[no_nul])
    prompt = models.TextField(
        _("text"), max_length=TEXT_LENGTH, blank=True, validators=[no_nul], help_text=_("Markdown.")
    )
    is_required = models.BooleanField(
        _("required"), default=True, help_text=_("The module can't be submitted without it.")
    )
    file = models.FileField(
        _("file"), upload_to=stored_name, blank=True, validators=[uploads.validate], help_text=uploads.DESCRIPTION
    )
    filename = models.CharField(_("name of the file"), max_length=150, editable=False, blank=True, validators=[no_nul])

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
        if self.file and not self.file._committed:
            self.filename = uploads.shown_name(self.file.name)
        elif not self.file:
            self.filename = ""
        super().save(*args, **kwargs)

    @property
    def anchor(self) -> str:
        """Where the interaction stands on its module's page."""
        return f"interaction-{self.pk}"

    @property
    def offers_choices(self) -> bool:
        return self.kind in self.CHOICE_KINDS

    def form_field(self) -> forms.Field:
        """The form field that asks for the answer; all are optional, for answers are kept as they are given."""
        choices = [(choice.pk, choice.text) for choice in self.choices.all()] if self.offers_choices else []
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
        Keep the person's answer, given as a form gives it; an empty one is taken back.

        Raises ValidationError where the answer doesn't fit, AlreadySubmitted where it comes too late.
        """
        self.module.keep_answers(user, {self: self.form_field().clean(data)})

    def is_right(self, value) -> bool | None:
        """Whether the answer is the right one; None where there is no right or wrong."""
        right = {choice.pk for choice in self.choices.all() if choice.is_right} if self.offers_choices else set()
        if not right:
            return None
        return right == set(value if isinstance(value, list) else [value])

    def offer(self, wanted: list[tuple[str, bool]]) -> None:
        """
        Have these choices, each a text with whether it is right, in this order.

        A choice whose text is still there stays the same one; the others, in their order, are taken as reworded. Of
        one that goes, the answers that name it go too, for nobody gave the answer that would be left.
        """
        there = list(self.choices.all())
        by_text = {choice.text: choice for choice in there}
        texts = {text for text, _is_right in wanted}
        reworded = iter([choice for choice in there if choice.text not in texts])
        kept = set()
        for position, (text, is_right) in enumerate(wanted):
            choice = by_text.get(text) or next(reworded, None) or Choice(interaction=self)
            choice.text, choice.is_right, choice.position = text, is_right, position
            choice.save()
            kept.add(choice.pk)
        gone = {choice.pk for choice in there} - kept
        if gone:
            self.answers.filter(pk__in=[answer.pk for answer in self.answers.all() if answer.names(gone)]).delete()
            self.choices.filter(pk__in=gone).delete()


class Choice(models.Model):
    """One of the answers that an interaction offers."""

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
