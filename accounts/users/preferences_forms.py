"""The form of one's own language and time zone."""

from __future__ import annotations

import zoneinfo
from collections import defaultdict
from functools import cache
from html import escape
from typing import Any

from django import forms
from django.conf import settings
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.preferences import is_offered, offered_languages, time_zones, validate_time_zone

# The regions of the time zone database; names outside of them are former names of places in them.
REGIONS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}
UTC = "UTC"


@cache
def places() -> dict[str, list[str]]:
    """Return the names of the time zones of each region, sorted."""
    by_region: dict[str, list[str]] = defaultdict(list)
    for name in sorted(time_zones()):
        region, slash, _place = name.partition("/")
        if slash and region in REGIONS:
            by_region[region].append(name)
    return dict(by_region)


class TimeZoneSelect(forms.Select):
    """Select widget of time zones by region, each with the present time there; typing a place finds it."""

    def render(self, name, value, attrs=None, renderer=None):
        chosen = str(value or "")
        now = timezone.now()

        def option(zone: str) -> str:
            place = zone.partition("/")[2].replace("_", " ").replace("/", " – ") or zone
            at = now.astimezone(zoneinfo.ZoneInfo(zone)).strftime("%H:%M")
            selected = " selected" if zone == chosen else ""
            return f'<option value="{escape(zone)}"{selected}>{escape(place)} · {at}</option>'

        listed = {UTC, *(zone for zones in places().values() for zone in zones)}
        options = [option(UTC)]
        if chosen in time_zones() - listed:
            options.insert(0, option(chosen))
        elif chosen not in listed:
            unknown = _("%(value)s (unknown by now: choose another)") % {"value": chosen}
            options.insert(0, f'<option value="{escape(chosen)}" selected>{escape(unknown)}</option>')
        for region, zones in places().items():
            grouped = "".join(map(option, zones))
            options.append(f'<optgroup label="{escape(str(REGIONS[region]))}">{grouped}</optgroup>')
        attributes = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return format_html("<select{}>{}</select>", attributes, mark_safe("".join(options)))  # noqa: S308 (escaped above)


class PreferencesForm(forms.Form):
    """The language and the time zone that a user wants for their pages and mails."""

    fields: dict[str, Any]

    language = forms.ChoiceField(label=_("Language"), help_text=_("Of your pages, and of the mails that you get."))
    time_zone = forms.CharField(
        label=_("Time zone"),
        help_text=_("Places by region, each with the time there now."),
        validators=[validate_time_zone],
        widget=TimeZoneSelect,
    )

    def __init__(self, data=None, *, user: User):
        super().__init__(data, initial={"language": user.language, "time_zone": user.time_zone})
        choices = offered_languages()
        if not is_offered(user.language):
            label = _("%(value)s (unknown by now: choose another)") % {"value": user.language}
            choices = [(user.language, str(label)), *choices]
        self.fields["language"].choices = choices
        if len(settings.LANGUAGES) == 1 and is_offered(user.language):
            del self.fields["language"]
        self.user = user

    def clean_language(self):
        """Return the language, which must be offered: the stored one may be shown and no longer be."""
        language = self.cleaned_data["language"]
        if not is_offered(language):
            raise forms.ValidationError(_("Choose a language that is offered."))
        return language

    def values(self) -> dict[str, str]:
        """Return the values that an action stores, by field."""
        return {"language": self.user.language} | self.cleaned_data
