"""The proxies of deploy/ in front of a server that writes down what arrives: no client can forge what a proxy says."""

import os
import re
import socket
import ssl
import subprocess
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import UUID

import pytest

from config.settings import BASE_DIR
from tests.support import proxies
from tests.support.certificates import write_certificate
from tests.support.servers import free_port

pytestmark = pytest.mark.once  # no database has a say in it
DEPLOY = BASE_DIR / "deploy"
HOST = "learning.example"
FORGED_ID = "6f1c1b5e-0000-4000-8000-000000000000"
# One of each pair has to be lost: a WSGI server makes the same name of both.
FORGED = (
    "X-Forwarded-For: 198.51.100.1", "X_Forwarded_For: 198.51.100.2", "X-Forwarded_For: 198.51.100.3",
    "X-Forwarded-Proto: http", "X_Forwarded_Proto: http", f"X-Request-ID: {FORGED_ID}", f"X_Request_ID: {FORGED_ID}",
)  # fmt: skip


class Recorder(BaseHTTPRequestHandler):
    """A server that keeps the headers of the requests that it gets, and answers 200."""

    def do_GET(self):
        self.server.received.append((self.path, self.headers.items()))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Write nothing."""


@contextmanager
def recorder():
    """Run the server behind the proxy until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.received = []
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def nginx(folder, port, upstream):
    text = re.sub(r"listen \[::\].*\n", "\n", (DEPLOY / "nginx.conf").read_text())
    text = re.sub(r"listen 443\b", f"listen 127.0.0.1:{port}", text)
    text = re.sub(r"listen 80\b", f"listen 127.0.0.1:{free_port()}", text)
    text = text.replace("/etc/standin/tls", str(folder)).replace("/etc/nginx", str(folder))
    (folder / "standin-servers.conf").write_text(f"server 127.0.0.1:{upstream};\n")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; {temporary}\n{text}\n}}"
    )
    return ["-e", "stderr", "-c", folder / "nginx.conf"]


def haproxy(folder, port, upstream):
    text = (DEPLOY / "haproxy.cfg").read_text().replace("/etc/standin/tls", str(folder))
    text = text.replace("bind :80", f"bind 127.0.0.1:{free_port()}").replace("bind :443", f"bind 127.0.0.1:{port}")
    (folder / "haproxy.cfg").write_text(re.sub(r"127\.0\.0\.1:800[01]", f"127.0.0.1:{upstream}", text))
    return ["-db", "-f", folder / "haproxy.cfg"]


def caddy(folder, port, upstream):
    text = (DEPLOY / "Caddyfile").read_text().replace("# tls /etc/standin/tls", "tls /etc/standin/tls")
    text = text.replace("/etc/standin/tls", str(folder))
    text = text.replace("127.0.0.1:8000 127.0.0.1:8001", f"127.0.0.1:{upstream}")
    ours = f"{{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port {free_port()}\n\thttps_port {port}\n\tservers {{"
    (folder / "Caddyfile").write_text(text.replace("{\n\tservers {", ours))
    return ["run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"]


EXAMPLES = {"nginx": nginx, "haproxy": haproxy, "caddy": caddy}


@contextmanager
def running(name, folder, port, upstream):
    """Run a proxy as its example says, but for the ports and the certificate."""
    write_certificate(folder, HOST)
    command = [proxies.program(name), *EXAMPLES[name](folder, port, upstream)]
    with (folder / "output.log").open("ab") as log:
        process = subprocess.Popen(command, env=os.environ | {"HOME": str(folder)}, stdout=log, stderr=log)
        try:
            while not proxies.listens(port):
                assert process.poll() is None, (folder / "output.log").read_text()
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def ask(port, path, headers):
    """Send a request over TLS, with headers as they are, and return the status line."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    request = "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {HOST}", "Connection: close", *headers, "", ""])
    raw = socket.create_connection(("127.0.0.1", port), 30)
    with closing(raw), trusting.wrap_socket(raw, server_hostname=HOST) as line:
        line.sendall(request.encode())
        return line.recv(1000).split(b"\r\n")[0].decode()


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_a_proxy_says_can_not_be_forged(name, tmp_path):
    if not proxies.program(name):
        pytest.skip(f"{name} is not on this machine")
    port = free_port()
    with recorder() as server, running(name, tmp_path, port, server.server_port):
        assert " 200" in ask(port, "/mine", FORGED)
        [headers] = [headers for path, headers in server.received if path == "/mine"]
    # As WSGI names them; each name is sent by one header, or by several that are joined in their order.
    arrived: dict[str, list[str]] = {}
    for header, value in headers:
        assert "_" not in header, header
        arrived.setdefault(header.upper(), []).append(value)
    assert ",".join(arrived["X-FORWARDED-FOR"]).split(",")[-1].strip() == "127.0.0.1"
    assert arrived["X-FORWARDED-PROTO"] == ["https"]
    [request_id] = arrived["X-REQUEST-ID"]
    assert str(UUID(request_id)) != FORGED_ID
