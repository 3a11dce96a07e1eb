"""Where the server listens: its options, and its sockets."""

from __future__ import annotations

import os
import socket
import sys
from typing import NamedTuple

from config.environment import env

from .supervisor import BACKLOG

MOST_WORKERS = 512
MOST_THREADS = 1024


class Options(NamedTuple):
    """Where and how the server listens."""

    host: str
    port: int
    workers: int
    threads: int


class BadValue(Exception):
    """A variable of the environment that the server can't use; its text is a sentence for the operator."""


class Taken(Exception):
    """An address that the server can't listen at; its text is a sentence for the operator."""


def options() -> Options:
    """Return the options of the environment. An empty variable counts as missing. Raise BadValue for a bad one."""
    return Options(
        host=host(env.str("HOST", default="") or "127.0.0.1"),
        port=number("PORT", env.str("PORT", default=""), default=8000, most=65535),
        workers=number("WORKERS", env.str("WORKERS", default=""), default=processors(), most=MOST_WORKERS),
        threads=number("THREADS", env.str("THREADS", default=""), default=16, most=MOST_THREADS),
    )


def host(text: str) -> str:
    """Return the host without the brackets of an IPv6 address."""
    name = text.strip()
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    if not name or any(sign in name for sign in "[]/ ") or name.count(":") == 1:
        raise BadValue(
            f"HOST must be an address or a name without a port, such as 127.0.0.1, [::] or localhost, not {text!r}."
        )
    return name


def number(name: str, text: str, *, default: int, most: int) -> int:
    text = text.strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise BadValue(f"{name} must be a number from 1 to {most}, not {text!r}.")
    return int(text)


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def listen(host: str, port: int, count: int) -> list[socket.socket]:
    """
    Return a listening socket for each worker (Linux, which shares connections out among them) or one for all.

    The main process keeps them open, so that connections wait while a worker is replaced. Raise Taken if another
    process listens at the address: with SO_REUSEPORT alone, two servers would share the port, and nobody would notice.
    """
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise BadValue(f"HOST names no address of this machine: {host!r} ({error}).") from error
    sockets: list[socket.socket] = []
    try:
        for _worker in range(count if sys.platform == "linux" else 1):
            listener = socket.socket(family, kind)
            sockets.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Connections inherit it: the end of a page waits for no acknowledgement of its beginning (40 ms on Linux).
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if family == socket.AF_INET6:
                # [::] stands for all addresses of the machine, those of IPv4 too.
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if host == "::" else 1)
            if len(sockets) > 1:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
            if len(sockets) == 1 and count > 1 and sys.platform == "linux":
                # Only now: the first bind was exclusive, so it failed if anybody else listens there.
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.setblocking(False)
    except OSError as error:
        for listener in sockets:
            listener.close()
        raise Taken(
            f"The server can't listen at {shown(host, port)} ({error.strerror}): is another one running there? "
            "Stop it, or choose another HOST or PORT."
        ) from error
    return sockets
