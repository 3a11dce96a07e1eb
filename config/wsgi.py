"""WSGI entry point of the production server."""

from django.core.checks import Tags
from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application

from config import sub_path
from config.monitoring import shared_folder, traces
from config.postgresql.limits import serve
from config.start import load_settings

load_settings()
serve()
shared_folder.share()  # before anything is counted
traces.start()  # before Django reads the list of middleware
application = sub_path.under(get_wsgi_application())
BaseCommand().check(tags=[Tags.security])  # as manage.py does: the server doesn't start with unsafe settings

from config.monitoring import port  # noqa: E402 (it imports models)

port.start()
