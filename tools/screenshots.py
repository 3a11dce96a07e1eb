"""
Take the pictures of the documentation, in light and dark, from fresh demos that this program serves and removes.

They show the demo without the cards and the tour of its entrance, because every installation looks like that. Browsers
write WebP themselves, so that no library for pictures is needed.
"""

import base64
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import chromium
from playwright.sync_api import Browser, Page, expect, sync_playwright

FOLDER = Path("docs/screenshots")
WINDOW = {"width": 1280, "height": 720}
QUALITY = 0.9
PASSWORD = "standin-demo"  # noqa: S105 public: that of everybody in the demo
PATIENCE = 60  # seconds
SCHEMES = ("light", "dark")
AS_WEBP = """async ([png, quality]) => {
  const picture = new Image();
  picture.src = `data:image/png;base64,${png}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  canvas.getContext("2d").drawImage(picture, 0, 0);
  return canvas.toDataURL("image/webp", quality).split(",")[1];
}"""


@contextmanager
def demo() -> Iterator[str]:
    """Serve a fresh demo from a temporary folder, and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="standin-screenshots-") as folder:
        (Path(folder) / ".standin-uploads").touch()
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3", "MEDIA_ROOT": folder, "PLAIN_HTTP": "on", "DEMO": "off",
            "DEBUG": "off", "HOST": "127.0.0.1", "PORT": str(port), "EMAIL_URL": "consolemail://",
            "SECRET_KEY": secrets.token_urlsafe(50), "AUDIT_KEYS": f"k1:{secrets.token_urlsafe(32)}",
            "SECOND_FACTOR_KEYS": f"k1:{secrets.token_urlsafe(32)}", "ACCESS_LOG": "off",
        }  # fmt: skip
        quiet: dict = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        for command in (["migrate", "-v0"], ["seed_demo"], ["collectstatic", "--noinput", "-v0"]):
            run = [sys.executable, "manage.py", *command]
            subprocess.run(run, env=environment, check=True, **quiet)
        server = subprocess.Popen([sys.executable, "-m", "config.server"], env=environment, **quiet)
        try:
            address = f"http://localhost:{port}"
            wait_for(f"{address}/healthz")
            yield address
        finally:
            server.terminate()
            server.wait(PATIENCE)


def wait_for(address: str) -> None:
    """Return when the address answers. Raise TimeoutError if it takes longer than PATIENCE seconds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address)  # noqa: S310 this machine
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"{address} does not answer.")


class Camera:
    """A browser that signs people in, and stores what it sees as NAME-SCHEME.webp."""

    def __init__(self, browser: Browser, address: str, scheme: str):
        self.browser, self.address, self.scheme = browser, address, scheme

    def sign_in(self, who: str, page_after: str = "/") -> Page:
        options = {"viewport": WINDOW, "reduced_motion": "reduce", "color_scheme": self.scheme, "locale": "en-GB"}
        page = self.browser.new_context(**options).new_page()
        page.goto(f"{self.address}/accounts/login/")
        page.locator("input[name=login]").fill(f"{who}@harbour.example")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
        page.goto(self.address + page_after)
        page.wait_for_load_state("load")  # the scripts of the menu and the dialog have run by then
        return page

    def take(self, page: Page, name: str) -> None:
        page.evaluate("document.fonts.ready")
        png = base64.b64encode(page.screenshot()).decode()
        studio = self.browser.new_page()
        picture = base64.b64decode(studio.evaluate(AS_WEBP, [png, QUALITY]))
        studio.close()
        target = FOLDER / f"{name}-{self.scheme}.webp"
        target.write_bytes(picture)
        print(f"{target}  {len(picture) // 1000} kB")


def take_all(camera: Camera) -> None:
    """Take each picture: Sam finds Lena and opens her account, Lena reads it, and so does Audrey."""
    page = camera.sign_in("sam", "/users/?q=lena")
    page.get_by_role("button", name="Actions for Lena Sørensen").click()
    entry = page.locator("a[data-login-as]:visible")
    expect(entry).to_be_visible()
    camera.take(page, "user-management")
    entry.click()
    reason = page.locator("textarea[name=text]")
    reason.fill("Lena can't submit Food safety basics before Friday")
    page.locator("input[name=category][value=cannot_submit]").check()
    page.locator("input[name=ticket]").fill("HELP-4711")
    camera.take(page, "login-as")
    reason.evaluate("field => field.form.requestSubmit(field.form.querySelector('button:not([type=button])'))")
    page.wait_for_url(f"{camera.address}/")
    camera.take(page, "assumed-session")
    page.get_by_role("link", name="Check access").click()
    page.wait_for_url(f"{camera.address}/assumed-session/access/**")
    camera.take(page, "access-check")
    page.context.close()
    page = camera.sign_in("lena", "/account/access-history/")
    camera.take(page, "access-history")
    page.context.close()
    page = camera.sign_in("audrey", "/admin/audit/auditevent/")
    camera.take(page, "audit-log")
    page.context.close()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for earlier in FOLDER.glob("*.*"):
        earlier.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find_or_fetch(), chromium_sandbox=False)
        for scheme in SCHEMES:
            with demo() as address:
                take_all(Camera(browser, address, scheme))
        browser.close()


if __name__ == "__main__":
    main()
