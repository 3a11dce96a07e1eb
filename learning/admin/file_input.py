"""Form widget of an uploaded file, which is downloaded from its view: storages give no addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.forms import ClearableFileInput
from django.urls import reverse

from learning.models import Document
from learning.uploads import TYPES

ACCEPTED = ",".join(TYPES)
KINDS = {True: "document_file", False: "interaction_file"}


@dataclass(frozen=True)
class Stored:
    """A stored file as the widget shows it: the name that was uploaded, and the address of its download."""

    name: str
    url: str

    def __str__(self):
        return self.name


class StoredFileInput(ClearableFileInput):
    template_name = "admin/widgets/clearable_file_input.html"

    def is_initial(self, value: Any) -> bool:
        return bool(value and getattr(value, "instance", None) and value.instance.pk)

    def format_value(self, value: Any) -> Any:
        if not self.is_initial(value):
            return None
        view = KINDS[isinstance(value.instance, Document)]
        return Stored(value.instance.filename, reverse(view, args=[value.instance.pk]))
