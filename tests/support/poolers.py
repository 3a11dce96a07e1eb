"""PgBouncer in front of a temporary cluster."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import postgres

CONFIGURATION = """
[databases]
* = host={socket} port={server_port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
max_client_conn = 100
{more}
"""


def find():
    """Return the programs of PgBouncer on this machine, as a list of one or none."""
    found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin")
    return [found] if found else []


@contextmanager
def running(program, cluster, *, mode="transaction", size=2, more="", name="standin"):
    """
    Run PgBouncer, and yield the DATABASE_URL through it.

    size: how many connections to the server it opens. more: further lines of its configuration.
    """
    folder, port = Path(tempfile.mkdtemp(prefix="standin-pooler-")), postgres.free_port()
    values = {
        "socket": cluster.folder,
        "server_port": cluster.port,
        "port": port,
        "mode": mode,
        "size": size,
        "more": more,
    }
    (folder / "pgbouncer.ini").write_text(CONFIGURATION.format(**values))
    options = {}
    if os.geteuid() == 0:
        options = {"user": "nobody", "extra_groups": []}  # it refuses to run as root
        for path in (folder, folder / "pgbouncer.ini"):
            shutil.chown(path, "nobody")
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen([program, folder / "pgbouncer.ini"], cwd=folder, stdout=log, stderr=log, **options)
        try:
            while not listens(port):
                assert process.poll() is None, (folder / "output.log").read_text()
            yield f"postgres://postgres@127.0.0.1:{port}/{name}"
        finally:
            process.terminate()
            process.wait()
            shutil.rmtree(folder)


def listens(port):
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
