"""Remembered mappings: what was said about a file counts for later files of its shape."""

from __future__ import annotations

from dataclasses import replace

from accounts.models import FileShape, User
from accounts.user_import.reading.table import Layout
from audit import log
from audit.kinds import Kind

from .mapping import InvalidMapping, Mapping, shape_of


def mapping_of(headings: list[str]) -> Mapping:
    """Return the remembered mapping for files with these headings; an empty one if nobody has said anything."""
    return mapping_in(remembered(headings))


def remembered(headings: list[str]) -> FileShape | None:
    """Return what is remembered about files with these headings, with the user who said it."""
    return FileShape.objects.select_related("changed_by").filter(shape=shape_of(headings)).first()


def mapping_in(shape: FileShape | None) -> Mapping:
    """Return the mapping that is remembered, or an empty one."""
    if shape is None:
        return Mapping()
    try:
        return Mapping.of(shape.mapping)
    except InvalidMapping:
        # A newer or older version of the platform wrote it: ask again.
        return Mapping()


def remember(headings: list[str], mapping: Mapping, *, actor: User | None) -> None:
    """Store a mapping for files with these headings, inside the caller's recording; a change of it is recorded."""
    # Where the table stands is looked for in each file.
    said = replace(mapping, layout=Layout()).as_json()
    shape = FileShape.objects.filter(shape=shape_of(headings)).first()
    if shape is not None and shape.mapping == said:
        return
    FileShape.objects.update_or_create(shape=shape_of(headings), defaults={"mapping": said, "changed_by": actor})
    detail = {"before": shape and shape.mapping, "after": said}
    log.record(Kind.IMPORT_MAPPING_CHANGED, actor=actor.as_person() if actor else None, detail=detail)
