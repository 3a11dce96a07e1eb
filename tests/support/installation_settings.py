"""Settings of an installation in tests that is a folder of its own: the project's settings, and its uploads."""

import os

from config.settings import *  # noqa: F403

MEDIA_ROOT = os.environ["UPLOADS_OF_TEST"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
