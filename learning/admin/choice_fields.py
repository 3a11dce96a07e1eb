"""Form field for the choices of a question: a choice keeps its key when it is reworded or moved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from learning.models import Choice

RIGHT = "*"
Row = dict[str, str]


class ChoicesWidget(forms.Widget):
    """A row for each stored choice, and a text area in which each line adds a choice."""

    def value_from_datadict(self, data, files, name):
        keys = data.getlist(f"{name}-key") if hasattr(data, "getlist") else []
        rows = [
            {part: data.get(f"{name}-{key}-{part}", "") for part in ("position", "text", "right")} | {"key": key}
            for key in keys
            if key.isdecimal()
        ]
        return {"rows": rows, "lines": data.get(name, "")}

    def value_omitted_from_data(self, data, files, name):
        return False

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        context = {"name": name, "id": (attrs or {}).get("id", f"id_{name}"), "longest": longest(), "attrs": self.attrs}
        return render_to_string("learning/_choices_widget.html", context | (value or {"rows": [], "lines": ""}))


class ChoicesField(forms.Field):
    """Cleans to a list of (text, is_right, key); the key of a new choice is empty."""

    widget = ChoicesWidget

    def clean(self, value: dict[str, Any]) -> list[tuple]:
        rows = sorted(value["rows"], key=lambda row: int(row["position"]) if row["position"].isdecimal() else 0)
        found: list[tuple] = [(row["text"].strip(), bool(row["right"]), int(row["key"])) for row in rows]
        lines = [line.strip() for line in value["lines"].splitlines()]
        found += [(line.removeprefix(RIGHT).strip(), line.startswith(RIGHT)) for line in lines]
        found = [choice for choice in found if choice[0]]
        for number, (text, *_rest) in enumerate(found, start=1):
            if len(text) > longest():
                raise ValidationError(
                    _("Choice %(number)s is longer than %(longest)s characters."),
                    params={"number": number, "longest": longest()},
                )
        if len({text for text, *_rest in found}) < len(found):
            raise ValidationError(_("Two choices are the same."))
        return found

    def has_changed(self, initial, data):
        return bool(data["lines"].strip()) or (initial or {"rows": []})["rows"] != data["rows"]


def longest() -> int:
    return Choice._meta.get_field("text").max_length or 0


def as_rows(choices) -> dict[str, Any]:
    """Return the stored choices as the widget shows them."""
    return {
        "rows": [
            {
                "position": str(number),
                "text": choice.text,
                "right": "on" if choice.is_right else "",
                "key": str(choice.pk),
            }
            for number, choice in enumerate(choices, start=1)
        ],
        "lines": "",
    }
