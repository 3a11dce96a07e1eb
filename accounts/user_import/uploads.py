"""Storage of an uploaded file between its pages: for one browser session, for KEPT_MINUTES."""

from __future__ import annotations

import base64
import io
import secrets
import zlib
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.core.files.uploadedfile import UploadedFile

from accounts.authorization.requests import Request

from . import Choices, Plan
from .confirm import plan_good_rows
from .mapping.columns import recognise
from .mapping.mapping import InvalidMapping
from .planning.planner import layout_of
from .reading.table import Table, open_table

MAX_MEGABYTES = 10
MAX_BYTES = MAX_MEGABYTES << 20
KEPT_MINUTES = 30
IN_SESSION = "people_import"
PREFIX = "people-import:"
CHOICES = ":choices"


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file that is not imported yet, with what its person has decided about it."""

    name: str
    content: bytes
    choices: Choices

    def plan(self, request: Request) -> Plan:
        """Return the plan of importing the file now."""
        return plan_good_rows(self.open(), self.name, actor=request.user, choices=self.choices)

    def table(self) -> Table:
        """Return the table of the file, read no further than its first rows. Raise Unreadable if there is none."""
        table = open_table(self.open(), self.name, recognise=recognise, layout=layout_of(self.choices))
        table.lines.close()
        return table

    def open(self) -> io.BytesIO:
        return io.BytesIO(self.content)


def keep(request: Request, file: UploadedFile) -> Upload:
    """
    Keep the file for this browser session, delete the one that was kept before, and return the new one.

    The file is in the cache, which all servers share, under a random key that only the browser session's row holds: no
    URL and no cookie leads to it, and the key is lost with the session.
    """
    forget(request)
    token = secrets.token_urlsafe(32)
    content = file.read()
    packed = base64.b64encode(zlib.compress(content, 1)).decode()
    said = {"person": request.user.pk, "name": file.name, "content": packed}
    caches["default"].set(PREFIX + token, said, KEPT_MINUTES * 60)
    request.session[IN_SESSION] = token
    return Upload(file.name or "", content, Choices())


def kept(request: Request) -> Upload | None:
    """Return the file of this browser session, or None if it was imported, given up or is too old."""
    token = token_of(request)
    said = caches["default"].get(PREFIX + token) if token else None
    if said is None or said["person"] != request.user.pk:
        return None
    decided = caches["default"].get(PREFIX + token + CHOICES)
    return Upload(said["name"], zlib.decompress(base64.b64decode(said["content"])), choices_of(decided))


def choices_of(decided: Any) -> Choices:
    """Return what `decide` has kept; nothing is decided if another version of the platform wrote it."""
    try:
        return Choices.of(decided) if decided else Choices()
    except (InvalidMapping, KeyError, TypeError):
        return Choices()


def decide(request: Request, choices: Choices) -> None:
    """Keep what the person has decided about the file of this browser session, and the file for KEPT_MINUTES again."""
    key = PREFIX + token_of(request)
    caches["default"].set(key + CHOICES, choices.as_json(), KEPT_MINUTES * 60)
    caches["default"].touch(key, KEPT_MINUTES * 60)


def token_of(request: Request) -> str:
    """Return the token of the file of this browser session, or "" if there is none."""
    return request.session.get(IN_SESSION) or ""


def forget(request: Request) -> None:
    """Delete the file of this browser session, and all files that are too old."""
    discard(request.session.pop(IN_SESSION, None) or "")


def discard(token: str) -> None:
    """Delete the file of a token, and all files that are too old; the browser session stays as it is."""
    if token:
        caches["default"].delete_many([PREFIX + token, PREFIX + token + CHOICES])
    forget_expired()


def forget_expired() -> None:
    """Delete files that are too old. Only our database cache needs this; others delete expired entries themselves."""
    cache = caches["default"]
    if hasattr(cache, "delete_expired"):
        cache.delete_expired()
