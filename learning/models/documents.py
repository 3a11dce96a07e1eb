"""Documents: uploaded files that only users who may see them can download."""

from pathlib import PurePosixPath

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import no_nul
from learning import uploads

from .items import AudienceEntry, Exclusion, Item


def stored_name(document, filename):
    return uploads.stored_name("documents", filename)


class Document(Item):
    """A file to download."""

    tracked = (*Item.tracked, "filename")

    file = models.FileField(
        _("file"), upload_to=stored_name, validators=[uploads.validate], help_text=uploads.DESCRIPTION
    )
    filename = models.CharField(_("name of the file"), max_length=150, editable=False, validators=[no_nul])
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)

    class Meta(Item.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-created_at", "-pk"]
        constraints = [
            *Item.Meta.constraints,
            models.CheckConstraint(condition=models.Q(size__gt=0), name="document_is_not_empty"),
        ]

    def save(self, *args, **kwargs):
        if uploads.is_new(self.file):
            self.filename = uploads.shown_name(self.file.name or "")
            self.size = self.file.size
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("document_file", args=[self.pk])

    @property
    def type_label(self) -> str:
        """Return the type of the file in words, such as PDF or CSV."""
        return PurePosixPath(self.filename).suffix.removeprefix(".").upper()


class DocumentAudience(AudienceEntry):
    item = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="audience", verbose_name=_("document"))

    class Meta(AudienceEntry.Meta):
        pass


class DocumentExclusion(Exclusion):
    item = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="exclusions", verbose_name=_("document"))

    class Meta(Exclusion.Meta):
        pass
