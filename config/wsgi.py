"""The entry point of a production server."""

import os

from django.core.checks import Tags
from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
BaseCommand().check(tags=[Tags.security])  # manage.py asks this of itself; a server doesn't start with unsafe settings
