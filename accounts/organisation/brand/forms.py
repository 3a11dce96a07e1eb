"""Form of the company's brand."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Brand
from accounts.models.brand import COLOUR
from accounts.models.preferences import time_zones

from . import colours, logos
from .actions import FIELDS, fingerprint, stored_values


class BrandForm(forms.ModelForm):
    """The company's brand; the instance is never saved."""

    fields: dict[str, Any]

    new_logo = forms.FileField(
        label=_("Logo"),
        help_text=logos.DESCRIPTION,
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png"}),
    )
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    class Meta:
        model = Brand
        fields = [name for name in FIELDS if name != "logo"]

    def __init__(self, data=None, files=None, **options):
        super().__init__(data, files, **options)
        self.stored = stored_values(self.instance)
        self.seen = self.data.get("seen", "") if self.is_bound else fingerprint(self.instance)
        same = _("As the installation: %(name)s")
        zones = [("", same % {"name": settings.TIME_ZONE}), *((name, name) for name in sorted(time_zones()))]
        languages = [("", same % {"name": dict(settings.LANGUAGES)[settings.LANGUAGE_CODE]}), *settings.LANGUAGES]
        for name, choices in (("time_zone", zones), ("language", languages)):
            known = [choice for choice, _label in choices]
            if self.stored[name] not in known:
                choices = [(self.stored[name], _("%(name)s (unknown by now)") % {"name": self.stored[name]}), *choices]
            field = self.fields[name]
            self.fields[name] = forms.ChoiceField(
                choices=choices, label=field.label, help_text=field.help_text, required=False
            )

    def clean_accent(self):
        colour = self.cleaned_data["accent"].lower()
        if COLOUR.fullmatch(colour):  # anything else is refused by the field of the model
            colours.palette(colour)
        return colour

    def clean_new_logo(self):
        file = self.cleaned_data["new_logo"]
        if not file:
            return None
        if file.size > logos.MAX_KILOBYTES << 10:
            raise ValidationError(_("The file is too large: at most 200 kB."))
        return logos.rewritten(file.read())

    def clean(self):
        cleaned: Any = super().clean()
        if cleaned.get("support_address") and not cleaned.get("support_name"):
            self.add_error("support_name", _("Say who answers at this address."))
        return cleaned

    def _post_clean(self):
        """Check the fields, and leave the instance as it is stored."""
        stored = self.instance
        self.instance = Brand()
        super()._post_clean()  # type: ignore[misc]
        self.instance = stored

    def values(self) -> dict[str, Any]:
        """Return the values that an action stores, by field."""
        values = {name: self.cleaned_data[name] for name in FIELDS if name != "logo"}
        return values | ({"logo": ""} if self.cleaned_data["remove_logo"] else {})

    def show_current(self) -> None:
        """Beside each value that differs from what is stored by now, say what is stored."""
        now = Brand.current()
        self.seen = fingerprint(now)
        for name, value in stored_values(now).items():
            if name != "logo" and self.cleaned_data.get(name) != value:
                self.add_error(name, _("By now it is “%(value)s”.") % {"value": value or "–"})
