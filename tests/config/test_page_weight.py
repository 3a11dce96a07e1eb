"""The budget of a page: what a browser that has nothing of the platform fetches for the dashboard."""

import gzip
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learning.models import ModuleProgress
from learning.views import OPEN_ON_DASHBOARD
from tests.support.learning_factories import add_interaction, make_document, make_event, make_module

pytestmark = [pytest.mark.django_db, pytest.mark.once]
BUDGET = 30_000  # bytes
FILE = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')
DAY = timedelta(days=1)


@pytest.fixture
def collected(settings, tmp_path):
    """Serve static files as production does: collected, compressed, and named by their content."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "config.files.static_files.StaticFiles"}}
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def full_dashboard(lena):
    """Fill each list of Lena's dashboard."""
    for number in range(OPEN_ON_DASHBOARD + 1):
        module = make_module(f"Behind the bar, part {number}", summary="What everybody should know.")
        add_interaction(module, "Wash your hands")
    for number in range(6):
        make_event(f"Latte art night {number}", place="Nørreport, at the bar")
        make_document(f"Wall chart {number}", summary="To hang up.")
        done, now = make_module(f"Clean hands {number}"), timezone.now()
        ModuleProgress.objects.create(user=lena, module=done, started_at=now - DAY, submitted_at=now)


def bytes_of(response) -> int:
    """Return the size of a response over the wire: its headers and its body as it is sent."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return len(body) + sum(len(f"{name}: {value}\r\n") for name, value in response.items())


def fonts_for(html: str, sheet: str) -> set[str]:
    """Return the addresses of the fonts that a browser fetches for the headings of a page."""
    letters = set("".join(re.findall(r"<h[123]\b.*?</h[123]>", html, re.DOTALL)))
    return {
        f"/static/{name}"
        for name, ranges in re.findall(r'src: url\("\.\./([^"]+)"\)[^}]*?unicode-range: ([^;]+);', sheet)
        if letters & {chr(code) for code in codes(ranges)}
    }


def codes(ranges: str) -> set[int]:
    """Return the code points of a unicode-range."""
    ends = [part.strip().removeprefix("U+").split("-") for part in ranges.split(",")]
    return {code for each in ends for code in range(int(each[0], 16), int(each[-1], 16) + 1)}


def test_the_first_visit_of_the_dashboard_keeps_its_budget(collected, full_dashboard, lena):
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(lena, backend="accounts.authentication.backends.EmailBackend")
    page = client.get(reverse("dashboard"))
    html = page.content.decode()
    names = set(FILE.findall(html))
    sheets = {name: client.get(name) for name in names if name.endswith(".css")}
    fonts = {font for sheet in sheets.values() for font in fonts_for(html, gzip.decompress(sheet.getvalue()).decode())}
    assert len(names) >= 4
    assert len(fonts) == 1, "the headings of Lena's page need the first font alone"
    assert all(name.startswith("/") and "//" not in name for name in names), "every file comes from the platform"
    sizes = {"/": bytes_of(page)}
    for name in sorted(names | fonts):
        response = client.get(name)
        assert response.status_code == 200, name
        assert name in fonts or response.headers.get("Content-Encoding") == "gzip", name
        sizes[name] = bytes_of(response)
    print(f"dashboard, first visit: {sum(sizes.values()):,} bytes in {len(sizes)} responses")
    assert sum(sizes.values()) <= BUDGET, sizes
