"""Model admins in which content creators write modules, events and documents."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.db import models
from django.db.models import Count
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts import policy
from accounts.authorization.changes import lock_rows
from accounts.authorization.decorators import Uploads
from audit.dates import date_format
from learning.models import Document, Event, Module, ModuleProgress
from learning.uploads import MAX_MEGABYTES

from .error_summary import LinksErrors
from .filters import DepartmentFilter, JobProfileFilter
from .forms import DocumentForm, EventForm, ItemForm, ModuleForm
from .inlines import (
    DocumentAudienceInline,
    DocumentExclusionInline,
    EventAudienceInline,
    EventExclusionInline,
    InteractionInline,
    ModuleAudienceInline,
    ModuleExclusionInline,
    WordedInlines,
)
from .problems import ShowsProblems
from .record import recorded_content
from .seen_by import SaysWhoSees, say_who_sees
from .times import with_time_zone


def writes(request) -> bool:
    """Return whether the user may write anything of the catalogue in the admin site."""
    models = (Module, Document)
    return request.user.is_staff and any(
        policy.holds(request.user, f"learning.{action}_{model._meta.model_name}")
        for action in ("add", "change")
        for model in models
    )


def act(request) -> AbstractContextManager[None]:
    """Return the recording of what a request changes; a page that is only shown changes nothing."""
    return recorded_content() if request.method == "POST" else nullcontext()


NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
TOLD_AT_MOST = 10  # of the items that are published at once, each with a message
PUBLICATION: Any = (_("Publication"), {"fields": ["is_published", "published_from", "published_until"]})


def listed_time(model: Any, name: str) -> Any:
    """Return the column of a list that writes a time in its short form, with a line break before the hour alone."""

    @admin.display(description=model._meta.get_field(name).verbose_name, ordering=name)
    def column(item):
        at = getattr(item, name)
        day, _space, hour = date_format(localtime(at), "SHORT_DATETIME_FORMAT").rpartition(" ") if at else ("", "", "")
        return f"{day.replace(' ', NO_BREAK_SPACE)} {hour}".strip()

    column.__name__ = name
    return column


PUBLISHED = [listed_time(Module, name) for name in ("published_from", "published_until")]


class ItemAdmin(LinksErrors, ShowsProblems, SaysWhoSees, WordedInlines):
    form = ItemForm
    change_form_template = "admin/learning/item_change_form.html"
    list_display = ["title", "status", *PUBLISHED]
    empty_value_display = ""
    list_filter = ["is_published", DepartmentFilter, JobProfileFilter]
    search_fields = ["title", "summary"]  # shows the box; `matching` does the work
    readonly_fields = ["created_at"]
    actions = ["publish", "withdraw"]

    class Media:
        css: ClassVar = {"all": ["css/authoring.css"]}

    def get_fieldsets(self, request, obj=None):
        """Add the fingerprint of the item if the user may save it, and leave out what only a stored item has."""
        (name, first), *others = super().get_fieldsets(request, obj)
        fields = [each for each in first["fields"] if obj or each not in self.readonly_fields]
        if self.has_change_permission(request, obj):
            fields.append("seen")
        return with_time_zone([(name, first | {"fields": fields}), *others], self.model)

    def get_object(self, request, object_id, from_field=None):
        if request.method == "POST" and object_id.isdecimal():
            lock_rows(self.model._base_manager.filter(pk=object_id))  # nobody else saves the item meanwhile
        return super().get_object(request, object_id, from_field)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        with act(request):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(self, request, extra_context=None):
        with act(request):
            return super().changelist_view(request, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        with act(request):
            return super().delete_view(request, object_id, extra_context)

    def get_search_results(self, request, queryset, search_term):
        return queryset.matching(search_term), False

    def view_on_site(self, item):
        """Return the preview, because the learner's page is a 404 for a creator outside the audience."""
        return reverse("item_preview", args=[item._meta.model_name, item.pk])

    def get_action_choices(self, request, default_choices=()):
        return super().get_action_choices(request, [("", str(_("Choose…")))])

    @admin.display(description=_("Status"), ordering="is_published")
    def status(self, item):
        return _("Published") if item.is_published else _("Draft")

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request, queryset):
        queryset.update(is_published=True)
        for item in queryset.order_by("title", "pk")[:TOLD_AT_MOST]:
            say_who_sees(request, item, with_title=True)

    @admin.action(description=_("Make a draft again"), permissions=["change"])
    def withdraw(self, request, queryset):
        queryset.update(is_published=False)


@admin.register(Module)
class ModuleAdmin(ItemAdmin):
    form = ModuleForm
    list_display = ["title", "status", "interaction_count", *PUBLISHED]
    fieldsets = [
        (None, {"fields": ["title", "summary", "description", "created_at"]}),
        PUBLICATION,
        (_("Passing"), {"fields": ["pass_mark", "tries"], "classes": ["collapse"]}),
        (_("Validity"), {"fields": ["valid_for", "reopens_before"], "classes": ["collapse"]}),
        (_("Prerequisites"), {"fields": ["prerequisites"], "classes": ["collapse"]}),
    ]
    uploads = Uploads(3 * MAX_MEGABYTES, writes)  # the files of a few interactions in one request
    inlines = [ModuleAudienceInline, ModuleExclusionInline, InteractionInline]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(interaction_count=Count("interactions", distinct=True))

    def get_fieldsets(self, request, obj=None):
        """Unfold the groups of fields in which something is set."""
        return [
            (name, options if is_empty(obj, options["fields"]) else options | {"classes": []})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def formfield_for_manytomany(self, db_field, request, **options):
        """Name the two lists of prerequisites by what is in them."""
        if db_field.name == "prerequisites":
            options["widget"] = FilteredSelectMultiple(_("modules"), is_stacked=False)
        return super().formfield_for_manytomany(db_field, request, **options)

    def get_deleted_objects(self, objs, request):
        """Protect a module that users have begun, so that their answers stay; it can be made a draft."""
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)
        begun = ModuleProgress.objects.filter(module__in=objs).order_by().values("module").annotate(people=Count("pk"))
        titles = {module.pk: module.title for module in objs}
        said = ngettext_lazy(
            "“%(title)s”: %(people)s person has begun it. Make it a draft again instead.",
            "“%(title)s”: %(people)s people have begun it. Make it a draft again instead.",
            "people",
        )
        protected += [said % {"title": titles[each["module"]], "people": each["people"]} for each in begun]
        return to_delete, counts, needed, protected

    @admin.display(description=_("interactions"), ordering="interaction_count")
    def interaction_count(self, module):
        return module.interaction_count


def is_empty(module, fields):
    """Return whether nothing is set in these fields of a module; None is a new one."""
    if module is None:
        return True
    values: list[Any] = [getattr(module, name, None) for name in fields]
    return not any(each.exists() if hasattr(each, "exists") else each for each in values)


@admin.register(Event)
class EventAdmin(ItemAdmin):
    form = EventForm
    list_display = ["title", listed_time(Event, "starts_at"), "place", "registered", "capacity", "status"]
    date_hierarchy = "starts_at"
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    ordering = ["-starts_at"]
    fieldsets = [
        (None, {"fields": ["title", "summary", "description", "created_at"]}),
        (_("When and where"), {"fields": [("starts_at", "ends_at"), "time_zone", "place", "link"]}),
        (
            _("Registration"),
            {"fields": ["capacity", "has_waiting_list", ("registration_opens_at", "registration_closes_at")]},
        ),
        PUBLICATION,
    ]
    inlines = [EventAudienceInline, EventExclusionInline]

    def get_queryset(self, request):
        events: Any = super().get_queryset(request)
        return events.with_registration_of(request.user)

    def save_related(self, request, form, formsets, change):
        """Give the places that the change made free: a higher number, another audience, a publication."""
        super().save_related(request, form, formsets, change)
        form.instance.locked().move_up()

    @admin.display(description=_("registered"), ordering="registration_count")
    def registered(self, event):
        return event.registration_count


@admin.register(Document)
class DocumentAdmin(ItemAdmin):
    form = DocumentForm
    uploads = Uploads(MAX_MEGABYTES, writes)
    list_display = ["title", "filename", "file_size", "status", listed_time(Document, "created_at")]
    readonly_fields = ["filename", "file_size", "created_at"]
    fieldsets = [(None, {"fields": ["title", "summary", "file", "filename", "file_size", "created_at"]}), PUBLICATION]
    inlines = [DocumentAudienceInline, DocumentExclusionInline]

    @admin.display(description=_("size"), ordering="size")
    def file_size(self, document):
        return filesizeformat(document.size)
