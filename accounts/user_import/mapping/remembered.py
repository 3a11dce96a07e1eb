"""Remembered mappings: what was said about a file counts for later files of its shape."""

from __future__ import annotations

from accounts.models import FileShape, User

from .mapping import InvalidMapping, Mapping, shape_of


def mapping_of(headings: list[str]) -> Mapping:
    """Return the remembered mapping for files with these headings; an empty one if nobody has said anything."""
    shape = FileShape.objects.filter(shape=shape_of(headings)).first()
    if shape is None:
        return Mapping()
    try:
        return Mapping.of(shape.mapping)
    except InvalidMapping:
        # A newer or older version of the platform wrote it: ask again.
        return Mapping()


def remember(headings: list[str], mapping: Mapping, *, actor: User | None) -> None:
    """Store a mapping for files with these headings, inside the caller's transaction."""
    FileShape.objects.update_or_create(
        shape=shape_of(headings), defaults={"mapping": mapping.as_json(), "changed_by": actor}
    )
