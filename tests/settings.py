"""Settings of the test run: the project's own, with throw-away secrets and a fast password hash."""

import os

os.environ.update(
    SECRET_KEY="for tests only, nothing is kept under it",
    AUDIT_KEYS="k1:for tests only; nothing is signed by it",
    DEBUG="on",
    LOGIN_AS_ENABLED="on",
    AUDIT_ANCHOR_FILE="",
)

from config.settings import *  # noqa: E402, F403

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
