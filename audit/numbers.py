"""Large numbers as each language writes them: 1,200 in English, 1.200 in Danish and German."""

from __future__ import annotations

from django.utils.formats import number_format


def grouped(number: int) -> str:
    """Return a whole number with its digits in groups of three, as the active language writes it."""
    return number_format(number, force_grouping=True)
