"""The sections of an item's page in their order, and the summary of errors that links to each field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.forms import BoundField, MultiWidget
from django.utils.text import capfirst
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Problem:
    """
    An error of a form.

    anchor: the id that its link leads to, empty if the error is of the whole item. field: the field that takes the
    focus, None if there is none.
    """

    message: str
    label: str = ""
    anchor: str = ""
    field: BoundField | None = None


def in_order(fieldsets: Any, inlines: Any) -> list[Any]:
    """Return the sections of a page: interactions follow the description, other inlines come last."""
    first, *others = fieldsets
    early = [each for each in inlines if each.opts.follows_description]
    return [first, *early, *others, *(each for each in inlines if each not in early)]


def problems_of(form: Any, sections: list[Any]) -> list[Problem]:
    """Return every error of an item and its parts, in the order of the page."""
    found = [Problem(str(error)) for error in form.non_field_errors()]
    for section in sections:
        found += of_inline(section) if hasattr(section, "formset") else of_fields(form, [section])
    return found


def of_fields(form: Any, fieldsets: Any, part: str = "") -> Iterator[Problem]:
    fields = [form[name] for name in names_of(fieldsets) if name in form.errors]
    for field in fields:
        label = _("%(part)s, %(field)s") % {"part": part, "field": field.label} if part else field.label
        yield from (Problem(str(error), label, anchor_of(field), field) for error in field.errors)


def of_inline(inline: Any) -> Iterator[Problem]:
    name, prefix = capfirst(str(inline.opts.verbose_name_plural)), inline.formset.prefix
    yield from (Problem(str(error), name, f"{prefix}-group") for error in inline.formset.non_form_errors())
    for row in inline.rows:
        fieldsets, part = list(row), part_of(row.form, name)
        if row.form.non_field_errors():
            first = row.form[names_of(fieldsets)[0]]
            yield from (Problem(str(error), part, anchor_of(first), first) for error in row.form.non_field_errors())
        yield from of_fields(row.form, fieldsets, part)


def names_of(fieldsets: Any) -> list[str]:
    return flatten([name for each in fieldsets for name in each.fields])


def part_of(form: Any, name: str) -> str:
    """Return how the summary names a part: an interaction by its title, others by the heading above them."""
    title = form["title"].value() or form.instance.title if "title" in form.fields else ""
    return _("“%(title)s”") % {"title": title} if title else name


def anchor_of(field: BoundField) -> str:
    """Return the id of what a browser focuses, or of the error if a script replaces the field."""
    widget = widget_of(field)
    if isinstance(widget, MultiWidget):
        return f"{field.auto_id}_0"
    return f"{field.auto_id}_error" if getattr(widget, "allow_multiple_selected", False) else field.auto_id


def widget_of(field: BoundField) -> Any:
    """Return the widget itself; Django's admin wraps those of relations."""
    return getattr(field.field.widget, "widget", field.field.widget)


def focus(problems: list[Problem]) -> BoundField | None:
    """Give the focus to the first field with an error, and return it."""
    field = next((each.field for each in problems if each.field), None)
    if field:
        widget = widget_of(field)
        (widget.widgets[0] if isinstance(widget, MultiWidget) else widget).attrs["autofocus"] = True
    return field


class LinksErrors(admin.ModelAdmin):
    """A model admin whose page links from each error to its field, in place of Django's one sentence."""

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        sections = in_order(context["adminform"], context["inline_admin_formsets"])
        problems = problems_of(context["adminform"].form, sections)
        context |= {"sections": sections, "problems": problems, "focused": focus(problems), "errors": None}
        # With an address of its own: a browser keeps the link of an error in the page's address, and goes there again.
        form_url = form_url or request.get_full_path()
        return super().render_change_form(request, context, add, change, form_url, obj)
