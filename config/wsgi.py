"""WSGI entry point of the production server."""

import os

from django.core.checks import Tags
from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application

from . import sub_path
from .postgresql.limits import serve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

serve()
application = sub_path.under(get_wsgi_application())
BaseCommand().check(tags=[Tags.security])  # as manage.py does: the server doesn't start with unsafe settings
