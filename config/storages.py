"""Storages of files: static files of the code, and what people upload."""

from typing import Any


def from_environment(*, development: bool) -> dict[str, dict[str, Any]]:
    """Return the setting STORAGES. In development, static files keep their names."""
    return {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
            if development
            else "config.static_files.StaticFiles",
            "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
        },
    }
