"""Address configuration with a page that fails while it holds personal data, and a program that asks for it."""

import logging
import os
import sys

PLANTED = ("a-planted-password", "a planted reason", "lena@planted.example", "planted-cookie", "planted-search")


def failing(request, secret):
    password, reason = request.POST["password"], "a planted reason"
    logging.getLogger("accounts").error("%s typed %s", "lena@planted.example", password)
    raise ValueError(f"lena@planted.example wrote {reason} and {password}")


def in_lenas_place(get_response):
    """Set the audit context of an assumed session."""

    def middleware(request):
        people = {
            "actor": Person(41, "Sam", "sam@planted.example"),
            "target": Person(42, "Lena", "lena@planted.example"),
        }
        with context.scoped(**people, assumed_session=UUID(int=7)):
            return get_response(request)

    return middleware


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()

from uuid import UUID  # noqa: E402

from django.contrib.auth.decorators import login_not_required  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from audit import context  # noqa: E402
from audit.context import Person  # noqa: E402

handler500 = "tests.support.fault_pages.server_error"
urlpatterns = [path("fails/<str:secret>/", login_not_required(failing), name="failing")]


def server_error(request):
    return HttpResponse("fault", status=500)


def ask():
    """Ask for the failing page with everything that must not leave."""
    from django.conf import settings
    from django.test import Client

    settings.ROOT_URLCONF = "tests.support.fault_pages"
    kept = [name for name in settings.MIDDLEWARE if name.startswith(("opentelemetry", "config.monitoring"))]
    settings.MIDDLEWARE = [*kept, "tests.support.fault_pages.in_lenas_place"]
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.cookies["sessionid"] = "planted-cookie"
    answer = client.post(
        "/fails/planted-search/?q=planted-search",
        {"password": "a-planted-password", "reason": "a planted reason"},
        headers={"Authorization": "planted-cookie", "User-Agent": "planted-search"},
    )
    assert answer.status_code == 500, answer.content


if __name__ == "__main__":
    if "traces" in sys.argv:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor

        from config.monitoring import traces

        exporter = traces.without_personal_data(OTLPSpanExporter(f"{os.environ['COLLECTOR']}/v1/traces"))
        traces.instrument(traces.provider(SimpleSpanProcessor(exporter)))
        ask()
    else:
        ask()
        import sentry_sdk

        sentry_sdk.get_client().close(timeout=10)
