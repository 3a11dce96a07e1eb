"""Settings as in production, and what Django's own check says of them."""

import os
import subprocess
import sys

from config.settings import BASE_DIR


def deployment_check(**changes):
    """Return the exit code of `check --deploy` with the settings of production and these changes, and what it says."""
    settings = {
        "PATH": os.environ["PATH"],
        "DEBUG": "off",
        "SECRET_KEY": "only for tests, and random enough for a check: kZ7qX2vR9mB4tL8w",
        "AUDIT_KEYS": "k1:only for tests; signs nothing",
        "SECOND_FACTOR_KEYS": "k1:only for tests; encrypts nothing",
        "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
        "SITE_URL": "https://learning.example",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    ran = subprocess.run(command, cwd=BASE_DIR, env=settings | changes, capture_output=True, text=True)
    return ran.returncode, ran.stderr
