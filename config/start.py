"""Start of a process: wrong settings are sentences about variables, not a traceback."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def load_settings() -> None:
    """Load the settings of the project. Exit with a sentence for each variable that is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        settings.DEBUG  # noqa: B018 (loads the settings)
    except ImproperlyConfigured as error:
        sys.exit(f"The settings are wrong, so nothing was started:\n{error}")
