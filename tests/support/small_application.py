"""A WSGI application that loads at once: it answers with the number of its process, and waits if it is asked to."""

import os
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs

if Path(os.environ.get("BROKEN", "/no/such/file")).exists():
    raise RuntimeError("this application is broken")


def application(environ, start_response):
    """Answer; for ?held=FOLDER, leave a file that names the process and the thread there, and wait for a file `go`."""
    for folder in parse_qs(environ["QUERY_STRING"]).get("held", []):
        (Path(folder) / f"held-by-{os.getpid()}-{threading.get_ident()}").touch()
        while not (Path(folder) / "go").exists():
            time.sleep(0.01)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {environ['REMOTE_ADDR']}".encode()]
