"""Storage of an uploaded file between preview and confirmation: for one browser session, for KEPT_MINUTES."""

from __future__ import annotations

import base64
import io
import secrets
import zlib
from dataclasses import dataclass

from django.core.cache import caches
from django.core.files.uploadedfile import UploadedFile

from accounts.authorization.requests import Request

from . import Plan
from .confirm import plan_good_rows

MAX_MEGABYTES = 10
MAX_BYTES = MAX_MEGABYTES << 20
KEPT_MINUTES = 30
IN_SESSION = "people_import"
PREFIX = "people-import:"


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file that is not imported yet."""

    name: str
    content: bytes

    def plan(self, request: Request) -> Plan:
        """Return the plan of importing the file now."""
        return plan_good_rows(self.open(), self.name, actor=request.user)

    def open(self) -> io.BytesIO:
        return io.BytesIO(self.content)


def keep(request: Request, file: UploadedFile) -> None:
    """
    Keep the file for this browser session, and delete the one that was kept before.

    The file is in the cache, which all servers share, under a random key that only the browser session's row holds: no
    URL and no cookie leads to it, and the key is lost with the session.
    """
    forget(request)
    token = secrets.token_urlsafe(32)
    content = base64.b64encode(zlib.compress(file.read(), 1)).decode()
    said = {"person": request.user.pk, "name": file.name, "content": content}
    caches["default"].set(PREFIX + token, said, KEPT_MINUTES * 60)
    request.session[IN_SESSION] = token


def kept(request: Request) -> Upload | None:
    """Return the file of this browser session, or None if it was imported, given up or is too old."""
    token = request.session.get(IN_SESSION)
    said = caches["default"].get(PREFIX + token) if token else None
    if said is None or said["person"] != request.user.pk:
        return None
    return Upload(said["name"], zlib.decompress(base64.b64decode(said["content"])))


def forget(request: Request) -> None:
    """Delete the file of this browser session, and all files that are too old."""
    token = request.session.pop(IN_SESSION, None)
    if token:
        caches["default"].delete(PREFIX + token)
    forget_expired()


def forget_expired() -> None:
    """Delete files that are too old. Only our database cache needs this; others delete expired entries themselves."""
    cache = caches["default"]
    if hasattr(cache, "delete_expired"):
        cache.delete_expired()
