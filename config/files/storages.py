"""Storages of files: static files of the code, and what people upload."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.environment import BASE_DIR, env


def from_environment(*, development: bool) -> dict[str, dict[str, Any]]:
    """Return the setting STORAGES. In development, static files keep their names."""
    return {
        "default": uploads(),
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
            if development
            else "config.files.static_files.StaticFiles",
            "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
        },
    }


def media_root() -> Path:
    """Return the setting MEDIA_ROOT: the folder of uploads."""
    named = env.str("MEDIA_ROOT", default="")
    if named and not Path(named).is_absolute():
        raise ImproperlyConfigured("MEDIA_ROOT is an absolute path, such as /srv/standin/uploads.")
    return Path(named) if named else BASE_DIR / "media"


def uploads() -> dict[str, Any]:
    """Return the storage of uploads: a folder, or an object store that speaks S3."""
    match env.str("UPLOADS", default="folder"):
        case "folder":
            # A folder that the operator names may be a mount, which isn't always there.
            return {"BACKEND": "config.files.uploads.Folder", "OPTIONS": {"is_marked": bool(env.str("MEDIA_ROOT", ""))}}
        case "s3":
            return {"BACKEND": "config.files.object_store.ObjectStore", "OPTIONS": object_store()}
        case other:
            raise ImproperlyConfigured(f"UPLOADS is folder or s3, not {other!r}.")


def object_store() -> dict[str, Any]:
    """Return the options of the object store. Without keys, the packages of AWS look for those of the machine."""
    if not (find_spec("storages") and find_spec("boto3")):
        raise ImproperlyConfigured("UPLOADS=s3 needs the packages of the extra s3: django-storages and boto3.")
    bucket, endpoint = env.str("UPLOADS_BUCKET", ""), env.str("UPLOADS_ENDPOINT", "")
    access_key, secret_key = env.str("UPLOADS_ACCESS_KEY", ""), env.str("UPLOADS_SECRET_KEY", "")
    if not bucket:
        raise ImproperlyConfigured("UPLOADS=s3 needs UPLOADS_BUCKET, the name of the bucket.")
    if endpoint and (urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname):
        raise ImproperlyConfigured("UPLOADS_ENDPOINT is the store's address, such as https://objects.example.")
    if bool(access_key) != bool(secret_key):
        raise ImproperlyConfigured("UPLOADS_ACCESS_KEY and UPLOADS_SECRET_KEY belong together: set both or none.")
    return {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": env.str("UPLOADS_REGION", "") or None,
        "access_key": access_key or None,
        "secret_key": secret_key or None,
    }
