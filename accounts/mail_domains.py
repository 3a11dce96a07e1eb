"""Email addresses in one stored form (lower case, NFC, the domain as it is mailed), and their validation."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST_LOCAL_PART = 64  # bytes, by RFC 5321 section 4.5.3.1.1


def stored_form(address: str) -> str:
    """Return the form in which an address is stored and looked up: lower case and NFC."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", address).lower())


def validate_mailable(address: str) -> None:
    """Raise ValidationError if mail can't be sent to this address, or goes to a domain with another spelling."""
    local_part, at, domain = stored_form(address).rpartition("@")
    if not at:
        return  # validate_email reports this error
    if len(local_part) > LONGEST_LOCAL_PART:
        message = _("The part before “@” is longer than %(limit)s characters, which mail servers refuse.")
        raise ValidationError(message, code="unmailable", params={"limit": LONGEST_LOCAL_PART})
    try:
        mailed = domain.encode("idna").decode("idna")  # as Django does when it sends mail
    except UnicodeError:
        message = _("Mail can't be sent to “%(domain)s”: no such domain can exist.")
        raise ValidationError(message, code="unmailable", params={"domain": domain[:100]}) from None
    if mailed != domain:
        # Otherwise two spellings would be two accounts with one mailbox.
        message = _("Mail to this address goes to “%(domain)s”: write it that way.")
        raise ValidationError(message, code="unmailable", params={"domain": mailed})
