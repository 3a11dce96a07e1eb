"""Slow and endless senders, as the production server meets them."""

import http.client
import socket
from contextlib import ExitStack, closing
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from config.monitoring import shared_folder
from tests.support.assumed import sign_in
from tests.support.production_server import serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

SECRET = "a" * 32
LOGIN = "/accounts/login/"


def head(path, length, kind="application/x-www-form-urlencoded"):
    """Return the beginning of a POST that passes for a browser's; a body of this many bytes is to follow."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: csrftoken={SECRET}", f"Content-Type: {kind}"]
    return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode()


def ask(port, path, method="GET", body=None, headers=None):
    """Ask as somebody who waits for ten seconds at most."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as line:
        line.request(method, path, body, headers or {})
        answer = line.getresponse()
        return answer.status, answer.read().decode()


def test_forty_slow_strangers_keep_nobody_from_anything(client, lena, tmp_path):
    sign_in(client, lena)
    cookie = f"sessionid={client.cookies['sessionid'].value}; csrftoken={SECRET}"
    with serving(tmp_path) as port, ExitStack() as stack:
        slow = [stack.enter_context(closing(socket.create_connection(("127.0.0.1", port)))) for _each in range(40)]
        for line in slow:
            line.sendall(head(LOGIN, 1000) + b"login=")
        for _round in range(3):
            assert ask(port, "/healthz") == (200, "ok\n")
            assert ask(port, "/readyz")[0] == 200
            status, page = ask(port, LOGIN)
            assert (status, "Sign in" in page) == (200, True)
            status, page = ask(port, "/", headers={"Cookie": cookie})
            assert (status, lena.first_name in page) == (200, True)
            body = urlencode({"csrfmiddlewaretoken": SECRET})
            form = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            assert ask(port, reverse("event_register", args=[1]), "POST", body, form)[0] == 404, "there is no event"
            for line in slow:
                try:
                    line.sendall(b"x")
                except (BrokenPipeError, ConnectionResetError):
                    continue  # that one was sent away


def spooled(folder):
    """Return what lies in the server's temporary folder, but for the folder of its metrics."""
    return [file.name for file in (folder / "spool").iterdir() if not file.name.startswith(shared_folder.PREFIX)]


def test_nothing_of_a_large_body_reaches_the_disk(tmp_path):
    part = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    with serving(tmp_path) as port:
        for path in (reverse("user_import"), LOGIN):
            with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as line:
                line.sendall(head(path, 600_000_000, "multipart/form-data; boundary=edge"))
                assert line.recv(100).startswith(b"HTTP/1.1 413 ")
                assert spooled(tmp_path) == []
            with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as line:
                line.sendall(head(path, 600_000_000, "multipart/form-data; boundary=edge") + part)
                try:
                    for _megabyte in range(20):
                        line.sendall(b"x" * (1 << 20))
                except (BrokenPipeError, ConnectionResetError):
                    pass  # it was sent away, as it should be
                assert spooled(tmp_path) == []


def test_half_a_form_and_one_without_length_change_nothing(client, sam, lena, tmp_path):
    with serving(tmp_path) as port:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as line:
            line.sendall(head(LOGIN, 1000) + urlencode({"csrfmiddlewaretoken": SECRET, "login": lena.email}).encode())
            line.shutdown(socket.SHUT_WR)
            assert line.recv(100)[:13] in (b"HTTP/1.1 400 ", b"")
        chunked = iter([b"csrfmiddlewaretoken=", SECRET.encode()])
        headers = {"Cookie": f"csrftoken={SECRET}", "Content-Type": "application/x-www-form-urlencoded"}
        assert ask(port, LOGIN, "POST", chunked, headers)[0] == 411
        assert ask(port, "/healthz")[0] == 200
