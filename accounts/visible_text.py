"""Names and other text for people: NFC, one space between words, and nothing that can't be seen."""

from __future__ import annotations

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters by their category, and blank all the same: fillers of Hangul and Khmer, and an empty Braille cell.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
JOINERS = frozenset("\u200c\u200d")  # Persian, Hindi and others need them inside words


def tidy(text: str) -> str:
    """Return the text in its stored form; a line break becomes a space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def is_visible(letter: str) -> bool:
    """Return whether people see this letter when it stands alone."""
    return letter not in BLANK and unicodedata.category(letter)[0] in "LNPS"


def forbidden_letter(text: str) -> str:
    """Return the first letter that no name may contain, or "" if there is none."""
    for place, letter in enumerate(text):
        around = text[place - 1 : place] + text[place + 1 : place + 2]
        joins = letter in JOINERS and len(around) == 2 and all(unicodedata.category(each)[0] in "LM" for each in around)
        if letter in BLANK or (unicodedata.category(letter) in UNSEEN and not joins):
            return letter
    return ""


def validate_seen(text: str) -> None:
    """Raise ValidationError if nothing of the text can be seen."""
    if not any(is_visible(letter) for letter in text):
        raise ValidationError(_("Nothing of this can be seen."), code="invisible")


def validate_name(text: str) -> None:
    """Raise ValidationError if the text contains a letter that hides or turns others, or if nothing can be seen."""
    if letter := forbidden_letter(text):
        name = unicodedata.name(letter, _("control character"))
        message = _("%(name)s (U+%(code)s) can't be seen and can't stand here.")
        raise ValidationError(message, code="invisible", params={"name": name, "code": f"{ord(letter):04X}"})
    validate_seen(text)


class NameFormField(forms.CharField):
    """A name as a form takes it."""

    default_validators = [validate_name]

    def to_python(self, value):
        return tidy(super().to_python(value) or "")


class NameField(models.CharField):
    """A name as a model stores it."""

    default_validators = [validate_name]

    def to_python(self, value):
        value = super().to_python(value)
        return value if value is None else tidy(value)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": NameFormField} | kwargs)
