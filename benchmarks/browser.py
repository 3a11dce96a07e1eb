"""A cheap HTTP client with cookies and forms, for benchmarks of a server that runs as a process."""

from __future__ import annotations

import http.client
import re
import socket
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r"<(input|textarea)\b([^>]*)>(?:([^<]*)</textarea>)?")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str


class Browser:
    """A browser with one connection, kept alive, and its cookies. It follows no redirect."""

    def __init__(self, port: int):
        self.port, self.is_new = port, True
        self.cookies: dict[str, str] = {}
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str) -> Answer:
        return self.request("GET", path)

    def post(self, path: str, fields: dict) -> Answer:
        return self.request("POST", path, urlencode(fields, doseq=True))

    def request(self, method: str, path: str, body: str | None = None) -> Answer:
        here = f"http://127.0.0.1:{self.port}"
        headers = {"Accept-Encoding": "identity", "Sec-Fetch-Site": "same-origin", "Origin": here}
        headers["Cookie"] = self.cookie_header
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.line.request(method, path, body, headers)
            answer = self.line.getresponse()
        except http.client.RemoteDisconnected:
            if self.is_new:
                raise
            # The server closes a connection that was idle; a browser opens another one, too.
            self.line.close()
            self.line.request(method, path, body, headers)
            answer = self.line.getresponse()
        self.is_new = False
        text = answer.read().decode(errors="replace")
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return Answer(answer.status, text)

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def form(self, page: str, action: str) -> dict[str, list[str]]:
        """Return what the form with this action sends as the page shows it; a form without an action counts too."""
        for attributes, content in FORM.findall(page):
            own = unescape(dict(ATTRIBUTE.findall(attributes)).get("action", ""))
            if own in ("", action) and "csrfmiddlewaretoken" in content:
                return fields_of(content)
        raise LookupError(f"no form for {action}")


def fields_of(form: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for tag, attributes, text in FIELD.findall(form):
        given = dict(ATTRIBUTE.findall(attributes))
        name, kind = given.get("name"), given.get("type", "text")
        if name and kind not in ("submit", "file") and (kind not in ("checkbox", "radio") or "checked" in given):
            fields.setdefault(name, []).append(unescape(text if tag == "textarea" else given.get("value", "on")))
    return fields


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
