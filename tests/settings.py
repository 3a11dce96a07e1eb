"""Settings of the test run: the project's settings, with test secrets and a fast password hash."""

import os

os.environ.update(
    SECRET_KEY="for tests only, nothing is kept under it",
    AUDIT_KEYS="k1:for tests only; nothing is signed by it",
    SECOND_FACTOR_KEYS="k1:for tests only; nothing lies under it",
    DEBUG="on",
    SITE_URL="http://testserver",
    LOGIN_AS_ENABLED="on",
    AUDIT_ANCHOR_FILE="",
)

from config.settings import *  # noqa: F403
from config.settings import DATABASES, OWN_PACKAGES
from config.settings import MIDDLEWARE as OURS

DEBUG = False
LOGIN_AS_STARTS_PER_HOUR = 1000
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A file, because the guard of safe requests opens a second connection, and a database in memory isn't shared.
DATABASES["default"]["TEST"] = {"NAME": None}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"]["NAME"] = f"{DATABASES['default']['NAME']}.test"
    # No test cuts the power, so commits needn't reach the disk.
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
OWN_PACKAGES = {*OWN_PACKAGES, "tests"}
MIDDLEWARE = ["tests.support.late_answers.middleware", *OURS]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
