"""Cheap HTTP clients: one thread keeps many connections busy, so that a measured server has the processor."""

from __future__ import annotations

import gzip
import http.client
import re
import selectors
import socket
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

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
    cookies: dict[str, str] = {}
    page = exchange(port, "GET", SIGN_IN, cookies)
    [token] = re.findall(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)[:1]
    form = {"csrfmiddlewaretoken": token.decode(), "login": email, "password": password}
    exchange(port, "POST", SIGN_IN, cookies, urlencode(form))
    if "sessionid" not in cookies:
        raise RuntimeError(f"{email} could not sign in.")
    return cookie_header(cookies)


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


def exchange(port: int, method: str, address: str, cookies: dict[str, str], form: str | None = None) -> bytes:
    """Send one request with the cookies, add those that the response sets, and return its body."""
    origin = f"http://{HOST}:{port}"
    headers = {"Cookie": cookie_header(cookies), "Origin": origin, "Referer": origin + address}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    connection.request(method, address, form, headers)
    response = connection.getresponse()
    body = response.read()
    for name, value in response.getheaders():
        if name.lower() == "set-cookie":
            key, _equals, content = value.partition(";")[0].partition("=")
            cookies[key] = content
    connection.close()
    return body


def cookie_header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
