"""A production server behind a real reverse proxy, both on 127.0.0.1, and clients with different addresses."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from urllib.parse import urlencode

from config.settings import BASE_DIR
from tests.support import servers

HOST = "standin.example"
CSRF_COOKIE = "__Host-csrftoken"  # its name over HTTPS, which the proxy announces
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{upstream};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
"""
HAPROXY = """
global
  maxconn 64
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend entrance
  bind 127.0.0.1:{port}
  option forwardfor
  http-request set-header X-Forwarded-Proto https
  default_backend application
backend application
  server granian 127.0.0.1:{upstream}
"""
COMMANDS = {
    "nginx": (NGINX, ["nginx", "-c", "{file}", "-e", "stderr"]),
    "haproxy": (HAPROXY, ["haproxy", "-db", "-f", "{file}"]),
    "small": ("", [sys.executable, "-m", "tests.support.small_proxy", "{port}", "{upstream}"]),
}


def find():
    """Return the names of the proxies on this machine; the small one of these tests is always there."""
    return [name for name in COMMANDS if name == "small" or program(name)]


def program(name):
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin")


def environment(folder):
    """Return the environment of the production server: a database of its own, and mail as files in a folder."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.support.production_settings",
        "DEBUG": "off",
        "SECRET_KEY": "for tests of the proxy only; nothing is kept under it, and it is long enough for all of them",
        "AUDIT_KEYS": "k1:for tests only; nothing is signed by it",
        "SECOND_FACTOR_KEYS": "k1:for tests only; nothing is encrypted by it",
        "ALLOWED_HOSTS": HOST,
        "SITE_URL": "https://learning.example",
        "TRUSTED_PROXY_COUNT": "1",
        "DATABASE_URL": f"sqlite:///{folder / 'proxy.sqlite3'}",
        "CACHE_URL": "dbcache://django_cache",
        "EMAIL_URL": f"filemail:///{folder / 'mail'}",
    }


@contextmanager
def running(name, folder, **variables):
    """Run the production server with these variables behind the proxy with this name, and yield the proxy's port."""
    upstream, port = servers.free_port(), servers.free_port()
    configuration, command = COMMANDS[name]
    values = {"folder": folder, "file": folder / "proxy.conf", "port": port, "upstream": upstream}
    (folder / "proxy.conf").write_text(configuration.format(**values))
    command = [program(command[0]) or command[0], *(word.format(**values) for word in command[1:])]
    with ExitStack() as stack:
        values_of_server = environment(folder) | {"WORKERS": "1", "THREADS": "2", "PORT": str(upstream)} | variables
        stack.enter_context(servers.running(folder, servers.DJANGO, **values_of_server))
        stack.enter_context(process(command, port, folder))
        yield port


@contextmanager
def process(command, port, folder):
    """Run a command until the block ends. The block starts when the command listens on the port."""
    with (folder / "output.log").open("ab") as log:
        started = subprocess.Popen(command, cwd=BASE_DIR, env=environment(folder), stdout=log, stderr=log)
        try:
            while not listens(port):
                assert started.poll() is None, (folder / "output.log").read_text()
            yield
        finally:
            started.terminate()
            started.wait(timeout=30)


def listens(port):
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Browser:
    """A client with its own address and cookies."""

    def __init__(self, port, address="127.0.0.1"):
        self.port, self.address, self.cookies = port, address, {CSRF_COOKIE: "a" * 32}

    def post(self, path, data, headers=()):
        """Post a form. headers: additional ones, as pairs, because an attacker may send a header twice."""
        body = urlencode(data | {"csrfmiddlewaretoken": self.cookies[CSRF_COOKIE]}).encode()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(self.address, 0))
        with closing(line):
            line.putrequest("POST", path, skip_host=True)
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            for name, value in [
                ("Host", HOST),
                ("Referer", f"https://{HOST}{path}"),
                ("Cookie", cookies),
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("Content-Length", str(len(body))),
                *headers,
            ]:
                line.putheader(name, value)
            line.endheaders(body)
            answer = line.getresponse()
            answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return answer.status

    def sign_in(self, email, password, headers=()):
        """Post the sign-in form. Return the status: 302 for a right password, 200 for a wrong one, 429 if refused."""
        return self.post("/accounts/login/", {"login": email, "password": password}, headers)
