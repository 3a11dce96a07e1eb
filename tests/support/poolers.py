"""A connection pooler in front of a temporary cluster: PgBouncer, or the small one of these tests."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import postgres

from config.settings import BASE_DIR

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


def pgbouncer():
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin")


def find():
    """Return the names of the poolers on this machine; the small one of these tests is always there."""
    return ["pgbouncer", "small"] if pgbouncer() else ["small"]


def command(name, folder, values):
    """Return the command that runs a pooler, after writing its configuration to the folder."""
    if name == "small":
        ignored = values["more"].partition("ignore_startup_parameters = ")[2]
        words = [values["port"], values["socket"], values["server_port"], values["mode"], values["size"], ignored]
        return [sys.executable, "-m", "tests.support.small_pooler", *map(str, words)]
    (folder / "pgbouncer.ini").write_text(CONFIGURATION.format(**values))
    return [pgbouncer(), folder / "pgbouncer.ini"]


@contextmanager
def running(pooler, cluster, *, mode="transaction", size=2, more="", name="standin"):
    """
    Run a pooler, and yield the DATABASE_URL through it.

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
    words, options = command(pooler, folder, values), {"cwd": BASE_DIR}
    if pooler == "pgbouncer" and os.geteuid() == 0:
        options |= {"cwd": folder, "user": "nobody", "extra_groups": []}  # it refuses to run as root
        for path in (folder, folder / "pgbouncer.ini"):
            shutil.chown(path, "nobody")
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, **options)
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
