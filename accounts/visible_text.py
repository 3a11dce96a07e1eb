"""Names and other visible text: NFC, single spaces, and no invisible characters."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Blank, although Unicode calls them letters, marks or symbols: fillers of Hangul and Khmer, and the empty Braille cell.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
JOINERS = frozenset("\u200c\u200d")  # Persian, Hindi and other languages need them inside words


def tidy(text: str) -> str:
    """Return the text in its stored form. White space, line breaks included, becomes single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def composed(value: Any) -> Any:
    """Return a text in NFC, and anything else as it is."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def is_visible(letter: str) -> bool:
    """Return whether this character is visible on its own."""
    return letter not in BLANK and unicodedata.category(letter)[0] in "LNPS"


def forbidden_letter(text: str) -> str:
    """Return the first character that no name may contain, or "" if there is none."""
    for place, letter in enumerate(text):
        around = text[place - 1 : place] + text[place + 1 : place + 2]
        joins = letter in JOINERS and len(around) == 2 and all(unicodedata.category(each)[0] in "LM" for each in around)
        if letter in BLANK or (unicodedata.category(letter) in UNSEEN and not joins):
            return letter
    return ""


def validate_seen(text: str) -> None:
    """Raise ValidationError if the text has no visible character."""
    if not any(is_visible(letter) for letter in text):
        raise ValidationError(_("Nothing of this can be seen."), code="invisible")


def validate_name(text: str) -> None:
    """Raise ValidationError if the text has an invisible or direction-changing character, or no visible one."""
    if letter := forbidden_letter(text):
        name = unicodedata.name(letter, _("control character"))
        message = _("%(name)s (U+%(code)s) can't be seen and isn't allowed here.")
        raise ValidationError(message, code="invisible", params={"name": name, "code": f"{ord(letter):04X}"})
    validate_seen(text)


class NameFormField(forms.CharField):
    """Form field for a name."""

    default_validators = [validate_name]

    def to_python(self, value):
        return tidy(super().to_python(value) or "")


class NameField(models.CharField):
    """Model field for a name. Whatever stores or looks up a name uses NFC, also without validation."""

    default_validators = [validate_name]

    def pre_save(self, model_instance, add):
        value = composed(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def to_python(self, value):
        value = super().to_python(value)
        return value if value is None else tidy(value)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": NameFormField} | kwargs)
