"""Files of the database's rows: which names the storage of uploads has to hold, and where they are."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models


def fields() -> Iterator[models.FileField]:
    """Yield each field of a model that holds an uploaded file."""
    for model in apps.get_models():
        yield from (field for field in model._meta.get_fields() if isinstance(field, models.FileField))


def names() -> set[str]:
    """Return the names of all files that rows name, those of retired rows included."""
    found: set[str] = set()
    for field in fields():
        rows = field.model._base_manager.exclude(**{field.name: ""})
        found.update(rows.values_list(field.name, flat=True).iterator())
    return found


def folders() -> set[str]:
    """Return the folders of uploads: the first part of each name that a field gives to a new file."""
    return {field.generate_filename(field.model(), "x.txt").partition("/")[0] for field in fields()}
