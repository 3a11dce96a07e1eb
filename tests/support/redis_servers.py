"""A Redis server of the test on 127.0.0.1, which stores nothing on disk."""

import shutil
import subprocess
from contextlib import contextmanager

from .proxies import listens
from .servers import free_port

PROGRAM = shutil.which("redis-server")
OPTIONS = {"serializer": "config.caching.database.JSONSerializer", "socket_timeout": 1, "socket_connect_timeout": 1}


@contextmanager
def serving(folder):
    """Run a server, and yield its port."""
    port = free_port()
    command = [PROGRAM, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not listens(port):
            assert process.poll() is None, "Redis doesn't start"
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def cache(port):
    """Return the value of CACHES for this server."""
    location = f"redis://127.0.0.1:{port}/0"
    return {"default": {"BACKEND": "config.caching.redis.RedisCache", "LOCATION": location, "OPTIONS": OPTIONS}}
