"""The demo as people start it, `make demo`: the server, the settings and the pages of production, on plain HTTP."""

import gzip
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest

from config.settings import BASE_DIR
from tests.support.assumed import login_as_data
from tests.support.browser import complaints_of
from tests.support.deployments import deployment_check
from tests.support.first_minutes import first_minutes
from tests.support.http_browser import Browser

pytestmark = pytest.mark.once  # a database of its own, and always SQLite
LEFT_BEHIND = (".*", "*.sqlite3*", "static_root", "media", "var", "__pycache__")
# What `make demo` wrote until it served as production does.
YESTERDAYS_ENV = """
DEBUG=on
SECRET_KEY=only-for-tests-and-long-enough-for-every-one-of-them
AUDIT_KEYS=k1:only for tests; signs nothing
"""
LONGEST, WITH_PACKAGES = 300, 1_800  # seconds until a demo that hangs is ended by force
HAS_HISTORY = subprocess.run(["git", "cat-file", "-e", "HEAD"], cwd=BASE_DIR, capture_output=True).returncode == 0
# What says where packages come from, and nothing of this platform's settings.
REGISTRY = re.compile(r"HOME|PIP_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|\w+_proxy", re.IGNORECASE)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def checkout(tmp_path):
    """Return a copy of the project in which the demo ran yesterday, and in which the environment is there already."""
    tree = tmp_path / "standin"
    shutil.copytree(BASE_DIR, tree, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    (tree / ".env").write_text(YESTERDAYS_ENV)
    venv = tree / f".venv-{sys.version_info[0]}.{sys.version_info[1]}"
    venv.mkdir()
    for part in Path(sys.prefix).iterdir():
        if part.name != "installed":
            (venv / part.name).symlink_to(part)
    lock = hashlib.sha256((tree / "requirements.lock").read_bytes()).hexdigest()
    (venv / "installed").write_text(lock + sys.version)
    return tree


@pytest.fixture
def demo(checkout):
    with make_demo(checkout) as process:
        yield process


@contextmanager
def make_demo(folder, *, longest=LONGEST, **environment):
    """`make demo`, in a group of processes as a terminal makes one; whatever of it is left at the end is killed."""
    port = free_port()
    process = subprocess.Popen(
        ["make", "demo", f"PYTHON={sys.executable}", f"PORT={port}"],
        cwd=folder,
        env={"PATH": os.environ["PATH"]} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test runner may ignore it
    )
    process.address = f"http://127.0.0.1:{port}"
    guard = threading.Timer(longest, lambda: os.killpg(process.pid, signal.SIGTERM))
    guard.start()
    try:
        yield process
    finally:
        guard.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate()


def read_until(process, words):
    """Return what the demo prints, up to the line that holds the words."""
    said = []
    for line in process.stdout:
        said.append(line)
        if words in line:
            return "".join(said)
    raise AssertionError(f"the demo ended without “{words}”:\n{''.join(said)}")


def wait_until_it_answers(process, browser):
    while process.poll() is None:
        try:
            assert browser.text("/healthz") == "ok\n"
            return
        except URLError:
            time.sleep(0.2)
    raise AssertionError(f"the demo ended:\n{process.stdout.read()}")


def test_the_demo_serves_what_production_serves_on_plain_http(demo):
    said = read_until(demo, "Standin runs at")
    assert f"Standin runs at {demo.address.replace('127.0.0.1', 'localhost')}/" in said
    browser = Browser(demo.address)
    wait_until_it_answers(demo, browser)

    # Static files: a name that changes with the content, compressed, kept for ever
    sheet = re.search(r'href="(/static/css/site\.[0-9a-f]{12}\.css)"', browser.text("/accounts/login/"))[1]
    response = browser.open(sheet, **{"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert b"prefers-reduced-motion" in gzip.decompress(response.body)

    # A page that is not there is ours, not Django's
    assert_own_404(browser)

    # Signing in works on plain HTTP
    browser.send("/accounts/login/", {"login": "sam@harbour.example", "password": "standin-demo"})
    assert "Strict-Transport-Security" not in browser.open("/").headers
    secure = {cookie.name: cookie.secure for cookie in browser.cookies}
    assert secure == dict.fromkeys(("csrftoken", "sessionid", "known_browser", "django_language"), False)

    # In an assumed session the same page carries the warning and the way out
    lena = re.search(r"/users/(\d+)/login-as/", browser.text("/users/?q=lena"))[0]
    assert "Hello, Lena" in browser.send(lena, login_as_data()).body.decode()
    page = assert_own_404(browser)
    assert "You're in <strong>" in page
    assert "Lena Sørensen" in page
    assert 'action="/assumed-session/exit/"' in page

    # Lena's notice leaves the outbox without anybody's doing, for the terminal
    read_until(demo, "To: lena@harbour.example")

    # Ctrl-C ends all of it: a process that is left would hold the output open
    os.killpg(demo.pid, signal.SIGINT)
    said, _ = demo.communicate()
    assert "Error" not in said
    assert "Traceback" not in said
    with pytest.raises(URLError):
        browser.open("/healthz")


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.skipif(not HAS_HISTORY, reason="this copy of the project has no history to clone")
def test_a_stranger_clones_it_makes_the_demo_and_walks_through_the_tour(tmp_path, new_context):
    subprocess.run(["git", "clone", "--quiet", BASE_DIR, tmp_path / "standin"], check=True)
    registry = {name: value for name, value in os.environ.items() if REGISTRY.fullmatch(name)}
    with make_demo(tmp_path / "standin", longest=WITH_PACKAGES, **registry) as demo:
        said = read_until(demo, "Standin runs at")
        for progress in ("Making the environment", "Writing .env with secrets of its own", "Loading Harbour Coffee"):
            assert progress in said
        wait_until_it_answers(demo, Browser(demo.address))
        page = new_context(viewport={"width": 1280, "height": 800}).new_page()
        complaints = complaints_of(page)
        assert list(first_minutes(page, demo.address))[-1] == "verify the log"
        assert complaints == []
        read_until(demo, "To: lena@harbour.example")


def assert_own_404(browser):
    response = browser.open("/no/such/page/")
    page = response.body.decode()
    assert response.status == 404
    assert "<h1>Page not found</h1>" in page
    assert "DEBUG" not in page
    return page


@pytest.mark.parametrize("target", ["demo", "dev"])
def test_a_port_that_is_taken_is_said_before_anything_is_done(checkout, target):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = ["make", target, f"PYTHON={sys.executable}", f"PORT={port}"]
        ran = subprocess.run(command, cwd=checkout, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
    assert ran.returncode
    assert f"Port {port} can't be used" in ran.stderr
    assert f"make {target} PORT=8001" in ran.stderr
    assert ran.stdout == ""
    assert not (checkout / "db.sqlite3").exists()


@pytest.mark.parametrize("setting", ["PLAIN_HTTP", "DEBUG"])
def test_a_deployment_on_plain_http_is_an_error(setting):
    assert deployment_check()[0] == 0
    code, said = deployment_check(**{setting: "on"})
    assert code
    assert "config.E002" in said
