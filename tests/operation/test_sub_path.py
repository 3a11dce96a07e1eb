"""The platform under a sub-path of a host, behind a real proxy: nothing that it sends leads out of the sub-path."""

import http.client
import os
import re
import subprocess
import sys
from contextlib import closing
from html import unescape
from urllib.parse import urlencode, urlsplit

import pytest

from config.settings import BASE_DIR
from tests.support import proxies

pytestmark = pytest.mark.once
SUB_PATH = "/learning"
CSRF = "__Secure-csrftoken"
# Attributes whose value is an address, those that scripts read included.
ADDRESS = re.compile(r'\s(?:href|src|action|formaction|poster|data-[\w-]+)="([^"]*)"')
# Where a link changes something, or ends the walk.
AVOIDED = ("/logout", "/export", "/start/", "/exit")


class Browser:
    """A client of the proxy that keeps cookies for paths as browsers do, and refuses cookies of other paths."""

    def __init__(self, port):
        self.port, self.cookies = port, {}

    def ask(self, path, data=None):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Host": proxies.HOST, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if data is not None:
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.ask(path)[1])[1]
            body = urlencode(data | {"csrfmiddlewaretoken": token})
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            headers |= {
                "Referer": f"https://{proxies.HOST}{path}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
        with closing(line):
            line.request("GET" if data is None else "POST", path, body, headers)
            answer = line.getresponse()
            content = answer.read().decode("utf-8", "replace")
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            assert re.search(r"; Path=/learning/", cookie), cookie
            assert "; Secure" in cookie
            assert not name.startswith("__Host-"), "browsers refuse such a cookie with a path"
            self.cookies[name] = value.strip('"')
        location = answer.headers.get("Location", "")
        assert not location or is_inside(location), location
        return answer.status, content, location


def is_inside(address):
    """Return whether an address stays under the sub-path; addresses without a path do."""
    parts = urlsplit(address)
    if parts.scheme not in ("", "https", "http") or (parts.netloc and parts.netloc != proxies.HOST):
        return True  # another host, a mail address
    return not parts.path.startswith("/") or parts.path.startswith(f"{SUB_PATH}/")


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sub_path")
    variables = {"SITE_URL": f"https://{proxies.HOST}{SUB_PATH}"}
    environment = proxies.environment(folder) | variables
    for command in ("migrate", "seed_demo"):
        ran = subprocess.run(
            [sys.executable, "manage.py", command, "--verbosity", "0"], cwd=BASE_DIR, capture_output=True, text=True,
            env=environment | {"DEBUG": "on"},
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], cwd=BASE_DIR, check=True,
        env=environment | variables | {"STATIC_ELSEWHERE": str(folder / "static")},
    )  # fmt: skip
    with proxies.running(proxies.find()[0], folder, **variables, STATIC_ELSEWHERE=str(folder / "static")) as port:
        yield port


# Support lands on User Management, an auditor on the audit log; an assumed session begins on the learner's page.
HOMES = {"sam": "/users/", "audrey": "/admin/audit/auditevent/"}


def signed_in(port, name):
    browser = Browser(port)
    status, _page, location = browser.ask(
        f"{SUB_PATH}/accounts/login/", {"login": f"{name}@harbour.example", "password": "standin-demo"}
    )
    assert (status, location) == (302, SUB_PATH + HOMES.get(name, "/"))
    return browser


def walk(browser, most):
    """Follow links from the first page. Return the pages and the static files."""
    waiting, pages, files, routes = [f"{SUB_PATH}/"], {}, set(), set()
    while waiting and len(pages) < most:
        path = waiting.pop(0)
        status, page, location = browser.ask(path)
        pages[path] = status
        assert status in (200, 302, 403, 404, 405), (path, status)  # 405: it only takes forms
        found = [unescape(address) for address in ADDRESS.findall(page)] + ([location] if location else [])
        assert [address for address in found if not is_inside(address)] == [], path
        for address in found:
            parts = urlsplit(address)
            if parts.path.startswith(f"{SUB_PATH}/static/"):
                files.add(parts.path)
            elif parts.path.startswith(f"{SUB_PATH}/") and not any(word in parts.path for word in AVOIDED):
                route = re.sub(r"\d+", "N", parts.path)
                if route not in routes:
                    routes.add(route)
                    waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return pages, files


@pytest.mark.parametrize(
    ("name", "most", "least"),
    [
        ("lena", 12, 6),
        ("sam", 12, 8),
        pytest.param("owner", 150, 40, marks=pytest.mark.long),
        pytest.param("carl", 100, 10, marks=pytest.mark.long),
        pytest.param("audrey", 100, 10, marks=pytest.mark.long),
    ],
)
def test_no_link_form_or_file_leads_out_of_the_sub_path(port, name, most, least):
    browser = signed_in(port, name)
    pages, files = walk(browser, most)
    print(f"{name}: pages {len(pages)}, static files {len(files)}")
    assert len(pages) >= least, pages
    assert list(pages.values()).count(200) > len(pages) // 2
    assert {path: browser.ask(path)[0] for path in files} == dict.fromkeys(files, 200)
    assert len(files) > 3


def test_an_assumed_session_starts_and_ends_under_the_sub_path(port):
    from tests.support.assumed import login_as_data

    browser = signed_in(port, "sam")
    people = browser.ask(f"{SUB_PATH}/users/?q=lena")[1]
    form = re.search(r'"(/learning/users/\d+/login-as/)', people)[1]
    status, _page, location = browser.ask(form, login_as_data())
    assert (status, location) == (302, f"{SUB_PATH}/")
    status, page, _location = browser.ask(f"{SUB_PATH}/")
    assert f'action="{SUB_PATH}/assumed-session/exit/"' in page
    pages, _files = walk(browser, 10)
    assert list(pages.values()).count(200) > 5


def test_addresses_outside_the_sub_path_are_nothing_and_health_checks_answer_both_ways(port):
    browser = Browser(port)
    assert browser.ask("/users/")[0] == 404
    assert browser.ask("/learning.example/")[0] == 404
    for path in ("/healthz", "/readyz", f"{SUB_PATH}/healthz", f"{SUB_PATH}/readyz"):
        assert browser.ask(path)[:2] == (200, "ok\n"), path
    status, _page, location = browser.ask(f"{SUB_PATH}/users/")
    assert (status, location) == (302, f"{SUB_PATH}/accounts/login/?next={SUB_PATH}/users/")


def settings_with(**variables):
    script = (
        "import config.settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_PATH, s.STATIC_URL, s.SITE_URL, s.ALLOWED_HOSTS)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=BASE_DIR, capture_output=True, text=True, check=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "off"} | variables,
    )  # fmt: skip
    return ran.stdout.strip()


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        (
            "https://a.example/learn/here/",
            "__Secure-sessionid /learn/here/ /learn/here/static/ https://a.example ['a.example']",
        ),
        ("https://a.example/", "__Host-sessionid / /static/ https://a.example ['a.example']"),
    ],
)  # fmt: skip
def test_the_path_of_site_url_is_the_sub_path(tmp_path, site, expected):
    variables = {name: value for name, value in proxies.environment(tmp_path).items() if name not in os.environ}
    assert settings_with(**variables | {"SITE_URL": site, "ALLOWED_HOSTS": site.split("/")[2]}) == expected
