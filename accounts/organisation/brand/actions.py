"""Changes of the company's brand, each with its audit event."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.files.base import ContentFile
from django.db import models

from accounts.authorization.changes import NotAllowed, lock_rows, lock_users, require, why_not_edit_settings
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import Brand, User
from audit import log
from audit.kinds import Kind

FIELDS = ("name", "logo", "accent", "time_zone", "language", "support_name", "support_address")


def change_brand(*, actor: User, values: dict[str, Any], logo: bytes | None = None, seen: str | None = None) -> bool:
    """
    Store which values of the brand are different, and return whether any is.

    values: by field; the logo is "" to remove it. logo: a new picture, as `logos.rewritten` returns it. seen: the
    `fingerprint` that the form was made from; None compares nothing. Raise NotAllowed if the actor may not, or if the
    brand has changed since. A picture whose row is not stored is deleted by the sweep of uploads.
    """
    if logo is not None:
        values = values | {"logo": store(logo)}
    with log.recording():
        [actor] = lock_users(actor)
        require(why_not_edit_settings(actor))
        Brand.objects.get_or_create(pk=1)
        [brand] = lock_rows(Brand.objects.filter(pk=1))
        if seen not in (None, fingerprint(brand)):
            raise NotAllowed(ChangeRefusal.SETTINGS_CHANGED)
        stored = stored_values(brand)
        after = {name: value for name, value in values.items() if stored[name] != value}
        if after:
            Brand.objects.filter(pk=1).update(**after)
            detail = {"before": {name: stored[name] for name in after}, "after": after}
            log.record(Kind.SETTINGS_CHANGED, actor=actor.as_person(), detail=detail)
    return bool(after)


def store(picture: bytes) -> str:
    """Store a picture, and return its name."""
    field: models.FileField = Brand._meta.get_field("logo")  # type: ignore[assignment]
    return field.storage.save(field.generate_filename(Brand(), "logo.png"), ContentFile(picture))


def stored_values(brand: Brand) -> dict[str, str]:
    """Return the values of the brand by field; the logo by its name in the storage."""
    return {name: str(getattr(brand, name)) for name in FIELDS}


def fingerprint(brand: Brand) -> str:
    """Return a hash of the brand, so that nobody overwrites a change that they have not seen."""
    return hashlib.sha256(json.dumps(stored_values(brand)).encode()).hexdigest()
