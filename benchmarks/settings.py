"""Settings of a benchmark run: as in production, plus the compared products."""

import os
from typing import Any

os.environ |= {
    "SECRET_KEY": "for benchmarks only, nothing is kept under it",
    "AUDIT_KEYS": "k1:for benchmarks only; signs nothing",
    "SECOND_FACTOR_KEYS": "k1:for benchmarks only; encrypts nothing",
    "DEBUG": "on",
    "LOGIN_AS_STARTS_PER_HOUR": "1000000",
}

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, LOGGING, OWN_PACKAGES, TEMPLATES

DEBUG = False
OWN_PACKAGES = {*OWN_PACKAGES, "benchmarks"}
ALLOWED_HOSTS = ["testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INSTALLED_APPS = [*INSTALLED_APPS, "hijack", "impersonate", "loginas"]
engine: Any = TEMPLATES[0]
engine["OPTIONS"]["loaders"] = [
    (
        "django.template.loaders.cached.Loader",
        ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
    )
]
engine["APP_DIRS"] = False
LOGGING["root"]["level"] = "ERROR"
LOGGING["loggers"] = {"audit": {"level": "ERROR"}, "impersonation": {"level": "ERROR"}}
HIJACK_PERMISSION_CHECK = "hijack.permissions.superusers_only"
LOGINAS_REDIRECT_URL = "/trivial/"
LOGINAS_LOGOUT_REDIRECT_URL = "/trivial/"
IMPERSONATE = {"REDIRECT_URL": "/trivial/"}
ROOT_URLCONF = "benchmarks.urls"
