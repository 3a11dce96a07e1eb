"""Problems of items in the lists of content creators: a column and a filter."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.utils.translation import gettext_lazy as _

from learning.uploads import gone_from_lists
from learning.visibility.problems import having_problems, labels_of, with_problems


class ItemChangeList(ChangeList):
    """
    A change list that knows the problems of the items of its page, by some queries for all of them.

    It offers actions for several items, with checkboxes, only if it has several.
    """

    def get_results(self, request):
        super().get_results(request)
        if self.result_count < 2:
            self.show_admin_actions = False
            self.list_display = [name for name in self.list_display if name != "action_checkbox"]
        listed: Any = list(self.result_list)
        found = with_problems(self.model._default_manager.filter(pk__in=[item.pk for item in listed]))
        is_gone = gone_from_lists()
        labels = {item.pk: labels_of(item, is_gone) for item in found}
        for item in listed:
            item.problem_labels = labels.get(item.pk, [])
        self.result_list = listed


class ProblemFilter(admin.SimpleListFilter):
    """The filter for items that have a problem."""

    title = _("problems")
    parameter_name = "problems"

    def lookups(self, request, model_admin):
        return [("yes", _("With problems"))]

    def queryset(self, request, queryset):
        return having_problems(queryset) if self.value() == "yes" else queryset


class ShowsProblems(admin.ModelAdmin):
    """A model admin whose list tells the problems of items."""

    def get_changelist(self, request, **kwargs):
        return ItemChangeList

    def get_list_display(self, request):
        return [*super().get_list_display(request), "problems"]

    def get_list_filter(self, request):
        return [ProblemFilter, *super().get_list_filter(request)]

    @admin.display(description=_("problems"), empty_value="")
    def problems(self, item):
        return ", ".join(item.problem_labels)
