"""Inlines of an item: its audience, the people who are excluded from it, and the interactions of a module."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from django.contrib import admin
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import policy
from learning.models import (
    DocumentAudience,
    DocumentExclusion,
    EventAudience,
    EventExclusion,
    Interaction,
    ModuleAudience,
    ModuleExclusion,
)

from .forms import AudienceForm, ExclusionForm
from .interaction_forms import InteractionForm, InteractionFormSet
from .times import NamesTimes

# The parameters of an address that add an interaction to the page without a script: an empty one, or a copy of one.
ADD, COPY = "add", "copy"


class PartOfItem(NamesTimes):
    """
    An inline whose permissions are those of its item.

    add_text: the words of the link that adds one. follows_description: whether it stands before Publication.
    """

    extra = 0
    add_text: str | Promise = ""
    follows_description = False

    def has_view_permission(self, request, obj=None):
        return self.may(request, "view", "change")

    def has_add_permission(self, request, obj=None):
        return self.may(request, "change") if obj else self.may(request, "add", "change")

    def has_change_permission(self, request, obj=None):
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_add_permission(request, obj)

    parent_model: Any

    def may(self, request, *actions):
        item = self.parent_model._meta
        return any(policy.holds(request.user, f"{item.app_label}.{action}_{item.model_name}") for action in actions)


class AudienceInline(PartOfItem, admin.StackedInline):
    form = AudienceForm
    add_text = _("Add people to the audience")
    fields = [("is_everyone", "department", "job_profile", "person")]

    def formfield_for_foreignkey(self, db_field, request, **options):
        if db_field.name == "job_profile":
            options["empty_label"] = _("No job profile")
        return super().formfield_for_foreignkey(db_field, request, **options)


class ModuleAudienceInline(AudienceInline):
    model = ModuleAudience
    fields = [(*AudienceInline.fields[0], "due_at")]


class EventAudienceInline(AudienceInline):
    model = EventAudience


class DocumentAudienceInline(AudienceInline):
    model = DocumentAudience


class ExclusionInline(PartOfItem, admin.TabularInline):
    form = ExclusionForm
    add_text = _("Exclude a person")
    classes = ("collapse",)


class ModuleExclusionInline(ExclusionInline):
    model = ModuleExclusion


class EventExclusionInline(ExclusionInline):
    model = EventExclusion


class DocumentExclusionInline(ExclusionInline):
    model = DocumentExclusion


class InteractionInline(PartOfItem, admin.StackedInline):
    """
    The interactions of a module, each folded to its title.

    A script moves, duplicates and adds them in the page. Without it, they have numbers, and links load the page again
    with one more.
    """

    model = Interaction
    form = InteractionForm
    formset = InteractionFormSet
    template = "admin/learning/interactions.html"
    follows_description = True
    add_text = _("Add an interaction")
    fields = ["kind", ("is_required", "position"), "title", "prompt", "choices_text", "file", "fate"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("choices")

    def formfield_for_choice_field(self, db_field, request, **options):
        options["choices"] = db_field.get_choices(blank_choice=[("", _("Choose…"))])
        return super().formfield_for_choice_field(db_field, request, **options)

    def get_extra(self, request, obj=None, **kwargs):
        return int(request.method == "GET" and bool({ADD, COPY} & set(request.GET)))


def copied(request: Any, module: Any) -> list[dict[str, Any]]:
    """Return the first values of the interaction that an address asks to copy; none if the module has no such one."""
    number = request.GET.get(COPY, "")
    if request.method != "GET" or module is None or not number.isdecimal() or len(number) > 18:
        return []
    return [values_of(each) for each in module.interactions.filter(pk=number)]


def values_of(interaction: Interaction) -> dict[str, Any]:
    lines = [f"{'* ' if each.is_right else ''}{each.text}" for each in interaction.options]
    return {
        "kind": interaction.kind,
        "is_required": interaction.is_required,
        "position": interaction.position,
        "title": gettext("%(title)s (copy)") % {"title": interaction.title},
        "prompt": interaction.prompt,
        "choices_text": {"rows": [], "lines": "\n".join(lines)},
    }


class WordedInlines(NamesTimes, admin.ModelAdmin):
    """A model admin whose inlines say in their own words what they add, and tell what was added and left empty."""

    def get_inline_formsets(self, request, formsets, inline_instances, obj=None, **options):
        found: Any = super().get_inline_formsets(request, formsets, inline_instances, obj, **options)
        for each in found:
            each.inline_formset_data = partial(data_of, each)
            each.rows = in_order_of_page(each)
        return found

    def get_formset_kwargs(self, request, obj, inline, prefix):
        options = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, InteractionInline) and (values := copied(request, obj)):
            options["initial"] = values
        return options


def in_order_of_page(inline_formset: Any) -> list[Any]:
    """Return the rows of an inline: a refused form has those with a position as its author moved them."""
    rows = list(inline_formset)
    moves = inline_formset.formset.is_bound and "position" in inline_formset.formset.empty_form.fields
    return sorted(rows, key=place_of) if moves else rows


def place_of(row: Any) -> tuple[bool, int]:
    """Return the sort key of a row with a position; the one from which a script makes new ones comes last."""
    is_template = row.form.prefix.endswith("__prefix__")
    try:
        return is_template, int(row.form["position"].value() or 0)
    except ValueError:
        return is_template, 0


def data_of(inline_formset: Any) -> str:
    """Return what Django's script for inlines needs, with the words of the inline."""
    add_text, prefix = str(inline_formset.opts.add_text), inline_formset.formset.prefix
    options = {"prefix": prefix, "addText": add_text, "deleteText": gettext("Remove")}
    return json.dumps({"name": f"#{prefix}", "options": options})


def left_empty(formsets: Any) -> int:
    """Return how many added parts of an item nobody filled in, so that they are not saved."""
    return sum(not form.has_changed() for formset in formsets for form in formset.extra_forms)
