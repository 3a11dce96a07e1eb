"""Colours from the company's one colour: readable on every background of a page, in light and in dark."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# The backgrounds of static/css/tokens.css on which links and buttons stand, least contrast first.
LIGHT_GROUNDS = ("#f1ece3", "#faf7f2", "#ffffff")
DARK_GROUNDS = ("#2b2723", "#211e1b", "#171513")
WHITE, BLACK = "#ffffff", "#000000"
DARK_TEXT = "#14110e"
ENOUGH = 4.5  # contrast of text (WCAG 2.2, AA)
RECOGNISED = 2.2  # contrast with white below which a readable shade is a colour that nobody knows again
STEPS = 100


@dataclass(frozen=True, slots=True)
class Palette:
    """A colour in light and dark: itself or its nearest readable shade, one for hovering, and the text on it."""

    accent: tuple[str, str]
    strong: tuple[str, str]
    on: tuple[str, str]

    def css(self) -> str:
        """Return the sheet that sets the colours; it holds nothing but hexadecimal digits from outside."""
        values = {"accent": self.accent, "accent-strong": self.strong, "on-accent": self.on}
        lines = "".join(f"--{name}:light-dark({light},{dark});" for name, (light, dark) in values.items())
        return f"@layer tokens{{:root{{{lines}}}}}\n"


def palette(colour: str) -> Palette:
    """Return the palette of a colour such as "#0b5d58". Raise ValidationError if it is too light for text."""
    light = towards(BLACK, colour, LIGHT_GROUNDS)
    if contrast(colour, WHITE) < RECOGNISED:
        raise ValidationError(
            _("%(colour)s is too light to be read on white. Choose a darker one, such as %(better)s."),
            params={"colour": colour, "better": light},
            code="unreadable",
        )
    dark = towards(WHITE, colour, DARK_GROUNDS)
    return Palette((light, dark), (mixed(light, BLACK, 0.25), mixed(dark, WHITE, 0.35)), (WHITE, DARK_TEXT))


def towards(end: str, colour: str, grounds: tuple[str, ...]) -> str:
    """Return the first mixture of the colour with `end`, itself first, that is readable on every ground."""
    shades = (mixed(colour, end, step / STEPS) for step in range(STEPS + 1))
    return next(shade for shade in shades if all(contrast(shade, ground) >= ENOUGH for ground in grounds))


def mixed(colour: str, other: str, share: float) -> str:
    """Return the mixture of two colours with this share of the other one."""
    return "#" + "".join(
        f"{round(one * (1 - share) + two * share):02x}" for one, two in zip(parts(colour), parts(other), strict=True)
    )


def contrast(colour: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((luminance(colour), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, from 0 to 1 (WCAG 2.2)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in fractions(colour)]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def fractions(colour: str) -> list[float]:
    return [part / 255 for part in parts(colour)]


def parts(colour: str) -> list[int]:
    """Return red, green and blue of a colour such as "#0b5d58"."""
    return list(bytes.fromhex(colour.removeprefix("#")))
