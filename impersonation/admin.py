"""Assumed sessions in the Django admin: read only, for everybody."""

from django.contrib import admin

from .models import AssumedSession


@admin.register(AssumedSession)
class AssumedSessionAdmin(admin.ModelAdmin):
    list_display = ["started_at", "actor", "target", "mode", "last_active_at", "ended_at", "cause"]
    list_filter = ["mode", "cause", "started_at"]
    list_select_related = ["actor", "target"]
    fields = ["id", "actor", "target", "mode", "started_at", "last_active_at", "ended_at", "cause"]
    ordering = ["-started_at"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
