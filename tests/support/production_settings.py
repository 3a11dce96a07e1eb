"""Production settings without two slow parts: hashed names of static files, and slow password hashes."""

import os

from config.settings import *  # noqa: F403
from config.settings import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if "STATIC_ELSEWHERE" in os.environ:
    STATIC_ROOT = os.environ["STATIC_ELSEWHERE"]
