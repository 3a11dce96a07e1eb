"""Where content creators write modules, events and documents."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from .models import (
    Choice,
    Document,
    DocumentAudience,
    Event,
    EventAudience,
    Interaction,
    Module,
    ModuleAudience,
    Registration,
)

PUBLICATION = (_("Publication"), {"fields": ["is_published", "published_from", "published_until"]})


class AudienceInline(admin.TabularInline):
    """For whom an item is; whoever may change the item may change its audience."""

    extra = 0
    raw_id_fields = ["person"]

    def has_view_permission(self, request, obj=None):
        return self.may_edit(request, "view") or self.may_edit(request, "change")

    def has_add_permission(self, request, obj=None):
        return self.may_edit(request, "change") or self.may_edit(request, "add")

    has_change_permission = has_delete_permission = has_add_permission

    def may_edit(self, request, action):
        options = self.parent_model._meta
        return request.user.has_perm(f"{options.app_label}.{action}_{options.model_name}")


class ModuleAudienceInline(AudienceInline):
    model = ModuleAudience


class EventAudienceInline(AudienceInline):
    model = EventAudience


class DocumentAudienceInline(AudienceInline):
    model = DocumentAudience


class InteractionInline(admin.StackedInline):
    model = Interaction
    extra = 0
    show_change_link = True


class ItemAdmin(admin.ModelAdmin):
    list_display = ["title", "is_published", "published_from", "published_until"]
    list_filter = ["is_published"]
    search_fields = ["title", "summary"]
    ordering = ["title"]


@admin.register(Module)
class ModuleAdmin(ItemAdmin):
    fieldsets = [(None, {"fields": ["title", "summary", "description", "prerequisites"]}), PUBLICATION]
    filter_horizontal = ["prerequisites"]
    inlines = [InteractionInline, ModuleAudienceInline]


class ChoiceInline(AudienceInline):
    model = Choice
    raw_id_fields = []
    extra = 2


@admin.register(Interaction)
class InteractionAdmin(admin.ModelAdmin):
    list_display = ["title", "module", "position", "kind", "required"]
    list_filter = ["kind", "required"]
    list_select_related = ["module"]
    search_fields = ["title", "module__title"]
    ordering = ["module__title", "position"]
    inlines = [ChoiceInline]


class RegistrationInline(admin.TabularInline):
    model = Registration
    fields = readonly_fields = ["user", "registered_at"]
    extra = 0
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("learning.view_event")

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_add_permission


@admin.register(Event)
class EventAdmin(ItemAdmin):
    list_display = ["title", "starts_at", "place", "capacity", "is_published"]
    ordering = ["-starts_at"]
    fieldsets = [
        (None, {"fields": ["title", "summary", "description"]}),
        (_("When and where"), {"fields": ["starts_at", "ends_at", "time_zone", "place", "capacity"]}),
        PUBLICATION,
    ]
    inlines = [EventAudienceInline, RegistrationInline]


@admin.register(Document)
class DocumentAdmin(ItemAdmin):
    fieldsets = [(None, {"fields": ["title", "summary", "file"]}), PUBLICATION]
    inlines = [DocumentAudienceInline]
