"""
Port of the metrics, for a network that only the monitoring reaches.

One worker process of the server holds a lock and serves the port for all of them. If it ends, however it ends, the
system passes the lock to another one.
"""

from __future__ import annotations

import fcntl
import logging
import os
import socket
import time
from pathlib import Path
from socketserver import TCPServer
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.db import close_old_connections
from prometheus_client import CONTENT_TYPE_LATEST

from . import figures, metrics
from .shared_folder import VARIABLE

logger = logging.getLogger(__name__)
TRY_AGAIN_AFTER = 10  # seconds
SENDS_WITHIN = 5  # seconds; a client that sends nothing would keep all others waiting


class Server(WSGIServer):
    """A server of one thread, so that scrapes use one connection to the database, however many come."""

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # the class between asks the name server for this machine's name
        self.server_name, self.server_port = settings.METRICS_HOST, int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.info("A scrape broke off")


class Server6(Server):
    address_family = socket.AF_INET6


class Handler(WSGIRequestHandler):
    timeout = SENDS_WITHIN

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name of the base class)
        """Write no line, because a scrape comes every few seconds."""


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer GET /metrics, and nothing else."""
    if environ["REQUEST_METHOD"] != "GET" or environ["PATH_INFO"] != "/metrics":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Only GET /metrics is here.\n"]
    close_old_connections()
    body = metrics.text(figures.collect)
    close_old_connections()
    start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
    return [body]


def bind() -> WSGIServer:
    """Return a server that listens to METRICS_HOST and METRICS_PORT. Raise OSError if the port is taken."""
    server = Server6 if ":" in settings.METRICS_HOST else Server
    return make_server(settings.METRICS_HOST, settings.METRICS_PORT, application, server, Handler)


def serve_when_first() -> None:
    """Wait until no other process of this server serves the port, then serve it until this process ends."""
    if folder := os.environ.get(VARIABLE):
        lock = os.open(Path(folder) / "port.lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    while True:
        try:
            bind().serve_forever()
        except OSError as error:
            logger.error("The metrics can't be served on METRICS_PORT %s: %s", settings.METRICS_PORT, error)
        time.sleep(TRY_AGAIN_AFTER)


def start() -> None:
    """Serve the metrics in a thread of this process if METRICS_PORT is set."""
    if settings.METRICS_PORT:
        Thread(target=serve_when_first, name="metrics", daemon=True).start()
