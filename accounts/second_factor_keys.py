"""Encryption of second factors' secrets in the database, with keys that only the environment holds."""

from __future__ import annotations

import logging
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)
# Where allauth stores secrets: of an authenticator app, of recovery codes, of codes migrated from another product.
SECRETS = ("secret", "seed", "migrated_codes")


class Unreadable(ValidationError):
    """A stored secret is not encrypted, was altered, or needs a missing key. Forms show the sentence."""

    def __init__(self) -> None:
        super().__init__(_("Your second factor can't be read here. Please tell the operator of the platform."))


def encrypt(text: str) -> str:
    """Encrypt the text under the current key, the first of SECOND_FACTOR_KEYS, as "name of the key:token"."""
    name = current_key()
    return f"{name}:{cipher(name).encrypt(text.encode()).decode()}"


def decrypt(stored: str) -> str:
    """Decrypt a secret. Log the reason and raise Unreadable if that fails; an unencrypted secret is rejected too."""
    name, separator, token = str(stored).partition(":")
    if not separator:
        logger.error("The secret of a second factor lies in the clear in the database; it is not believed")
    elif name not in settings.SECOND_FACTOR_KEYS:
        logger.error("The secret of a second factor needs the key %r, which SECOND_FACTOR_KEYS lacks", name[:50])
    else:
        try:
            return cipher(name).decrypt(token.encode()).decode()
        except InvalidToken:
            logger.error("The secret of a second factor was altered, or another key was called %r before", name)
    raise Unreadable


def current_key() -> str:
    """Return the name of the key that encrypts new secrets."""
    return next(iter(settings.SECOND_FACTOR_KEYS))


def cipher(name: str) -> Fernet:
    """Return the authenticated cipher (Fernet) of the key with this name."""
    secret = settings.SECOND_FACTOR_KEYS[name].encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"secrets of second factors").derive(secret)
    return Fernet(urlsafe_b64encode(derived))


def converted(data: dict[str, Any], convert: Callable[[str], str]) -> dict[str, Any]:
    """Return the data of an authenticator with each of its secrets converted."""
    changed: dict[str, Any] = {}
    for name in SECRETS:
        if isinstance(data.get(name), list):
            changed[name] = [convert(each) for each in data[name]]
        elif data.get(name) is not None:
            changed[name] = convert(data[name])
    return data | changed
