"""The page on which auditors paste a receipt, or the source of the mail that holds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.verification.receipt_check import Finding, check
from audit.verification.receipts import PASTED_AT_MOST, Unreadable


class ReceiptForm(forms.Form):
    """The pasted text. After is_valid(), `findings` says what the log holds about each receipt in it."""

    receipt = forms.CharField(
        label=_("Receipt, or the whole source of the mail (.eml)"),
        error_messages={"required": _("Paste a receipt first.")},
        widget=forms.Textarea(attrs={"rows": 14, "cols": 72, "spellcheck": "false", "autocomplete": "off"}),
    )
    findings: Sequence[Finding] = ()

    def clean_receipt(self) -> Any:
        pasted = self.cleaned_data["receipt"]
        try:
            self.findings = check(pasted.encode("utf-8", "replace"), at_most=PASTED_AT_MOST)
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from error
        return pasted
