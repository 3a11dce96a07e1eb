"""The form that asks why looking is not enough."""

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from impersonation.forms import REASON_MAX, reason_area, validate_reason


class ModeForm(forms.Form):
    """The reason for acting, in one sentence."""

    text = forms.CharField(
        label=_("Why do you have to change something?"),
        help_text=_("Between 10 and 500 characters. It goes into the audit log, and the person can read it."),
        validators=[MaxLengthValidator(REASON_MAX), validate_reason],
        widget=reason_area(rows=3),
        error_messages={"required": _("Please write down why looking is not enough.")},
    )
