"""Times in the forms of content: two named fields each, and one sentence of the form that says in which time zone."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.contrib.admin.utils import flatten
from django.contrib.admin.widgets import BaseAdminTimeWidget
from django.db import models
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# The id of the sentence, which describes every field of a time.
TIME_ZONE = "own-time-zone"


class ShortTimeInput(BaseAdminTimeWidget):
    """A time without its seconds, unless it has some."""

    def format_value(self, value):
        return value.strftime("%H:%M") if isinstance(value, time) and not value.second else super().format_value(value)


class NamesTimes:
    """A model admin or inline that names the two fields of a time, because their label names neither."""

    def formfield_for_dbfield(self, db_field, request, **options):
        field = super().formfield_for_dbfield(db_field, request, **options)  # type: ignore[misc] # of the admin class
        if isinstance(db_field, models.DateTimeField) and field:
            field.widget.widgets[1] = ShortTimeInput()
            for widget, name in zip(field.widget.widgets, (_("%(field)s: date"), _("%(field)s: time")), strict=True):
                widget.attrs["aria-label"] = name % {"field": capfirst(str(db_field.verbose_name))}
                widget.attrs["aria-describedby"] = TIME_ZONE
        return field


def with_time_zone(fieldsets: list[Any], model: Any) -> list[Any]:
    """Return the groups of fields of a form, the first one that asks for a time with the time zone of all of them."""
    times = {each.name for each in model._meta.fields if isinstance(each, models.DateTimeField) and each.editable}
    first = next(name for name, options in fieldsets if times & {*flatten(options["fields"])})
    said = gettext("All times are in your own time zone: %(zone)s.") % {"zone": get_current_timezone_name()}
    description = format_html('<span id="{}">{}</span>', TIME_ZONE, said)
    return [(name, options | {"description": description} if name == first else options) for name, options in fieldsets]
