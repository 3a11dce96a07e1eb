"""Cheap HTTP clients: one thread keeps many connections busy, so that a measured server has the processor."""

from __future__ import annotations

import gzip
import http.client
import re
import selectors
import socket
import time
from dataclasses import dataclass, field

from .browser import Browser

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
FILE = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')
FONT = re.compile(r'src: ?url\("\.\./([^"]+\.woff2)"\)')  # the first one has the letters of English, Danish and German
HOST = "127.0.0.1"
PATIENCE = 60  # seconds
SIGN_IN = "/accounts/login/"


@dataclass
class Load:
    """What the clients of one measurement saw."""

    seconds: float = 0
    milliseconds: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds


class Connection:
    """A kept-alive connection that asks for one page again and again."""

    def __init__(self, port: int, request: bytes):
        self.request, self.began, self.received = request, 0.0, b""
        self.socket = socket.create_connection((HOST, port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> None:
        self.began, self.received = time.perf_counter(), b""
        self.socket.sendall(self.request)

    def is_answered(self) -> bool:
        """Read what has arrived, and return whether the response is complete. Raise RuntimeError if it is no page."""
        arrived = self.socket.recv(1 << 18)
        self.received += arrived
        head, border, body = self.received.partition(b"\r\n\r\n")
        if not arrived or (border and not head.startswith(b"HTTP/1.1 200")):
            raise RuntimeError(f"No page: {self.request[:80]!r} got {head[:300]!r}")
        length = LENGTH.search(head)
        return bool(border) and len(body) >= int(length[1] if length else 0)


def load(port: int, address: str, cookie: str, clients: int, count: int) -> Load:
    """Request an address `count` times with a number of clients, each of which waits for its answer before it asks."""
    origin = f"{HOST}:{port}"
    request = f"GET {address} HTTP/1.1\r\nHost: {origin}\r\nCookie: {cookie}\r\nAccept: text/html\r\n\r\n".encode()
    connections = [Connection(port, request) for _number in range(clients)]
    ready, seen, asked = selectors.DefaultSelector(), Load(), 0
    start = time.perf_counter()
    for connection in connections:
        ready.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask()
        asked += 1
    while len(seen.milliseconds) < count:
        events = ready.select(PATIENCE)
        if not events:
            raise RuntimeError(f"No answer within {PATIENCE} seconds: {address}")
        for key, _mask in events:
            if key.data.is_answered():
                seen.milliseconds.append((time.perf_counter() - key.data.began) * 1000)
                if asked < count:
                    key.data.ask()
                    asked += 1
    seen.seconds = time.perf_counter() - start
    for connection in connections:
        connection.socket.close()
    return seen


def sign_in(port: int, email: str, password: str) -> str:
    """Sign in as a browser does, and return the header Cookie of the requests that follow."""
    browser = Browser(port)
    form = browser.form(browser.get(SIGN_IN).text, SIGN_IN)
    browser.post(SIGN_IN, form | {"login": email, "password": password})
    if "sessionid" not in browser.cookies:
        raise RuntimeError(f"{email} could not sign in.")
    return browser.cookie_header


def led_to(port: int, address: str, cookie: str) -> str:
    """Return where a link of the platform's own pages leads, after a redirect."""
    origin = f"http://{HOST}:{port}"
    headers = {"Cookie": cookie, "Referer": f"{origin}/users/", "Sec-Fetch-Site": "same-origin"}
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    connection.request("GET", address, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.getheader("Location") or address


def first_visit(port: int, address: str, cookie: str) -> tuple[int, int]:
    """Return the bytes of a page with its sheets, scripts, icons and font, and in how many responses they come."""
    size, page = weighed(port, address, cookie)
    found = {name: weighed(port, name, "") for name in set(FILE.findall(page.decode()))}
    sheets = [gzip.decompress(body).decode() for name, (_size, body) in found.items() if name.endswith(".css")]
    fonts = {f"/static/{name}" for sheet in sheets for name in FONT.findall(sheet)[:1]}
    found |= {name: weighed(port, name, "") for name in fonts}
    return size + sum(size for size, _body in found.values()), 1 + len(found)


def weighed(port: int, address: str, cookie: str) -> tuple[int, bytes]:
    """Return the bytes of one answer over the wire, compressed if it is, and its body."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    connection.request("GET", address, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"No page: {address} got {response.status}")
    return len(body) + sum(len(f"{name}: {value}\r\n") for name, value in response.getheaders()), body
