"""
`python -m tests.support.small_pooler PORT FOLDER SERVER_PORT MODE SIZE IGNORED`: a connection pooler like PgBouncer.

It keeps SIZE connections to the server in the FOLDER, and gives one to a client for a transaction or for its session,
as MODE says. It refuses `options` of a client, unless IGNORED names them. It knows neither COPY nor cancellation.
"""

import itertools
import socket
import struct
import sys
from queue import Queue
from socketserver import StreamRequestHandler, ThreadingTCPServer

STARTUP, ENCRYPTION = 196608, (80877103, 80877104)
ANSWERED = (b"Q", b"S", b"F")  # Query, Sync and FunctionCall end with ReadyForQuery
numbers = itertools.count(1)


def message(kind, content):
    return kind + struct.pack("!i", len(content) + 4) + content


def read(stream):
    """Return the kind and the content of the next message. Raise EOFError if the other side is gone."""
    head = stream.read(5)
    if len(head) < 5:
        raise EOFError
    return head[:1], stream.read(struct.unpack("!i", head[1:])[0] - 4)


class Server:
    """One connection to PostgreSQL."""

    def __init__(self, path, user, database):
        self.parameters, self.status = [], b""
        self.line = socket.socket(socket.AF_UNIX)
        self.line.connect(path)
        self.stream = self.line.makefile("rb")
        content = struct.pack("!i", STARTUP) + b"user\0" + user + b"\0database\0" + database + b"\0\0"
        self.line.sendall(struct.pack("!i", len(content) + 4) + content)
        self.answer(lambda kind, content: self.parameters.append(content) if kind == b"S" else None)

    def ask(self, kind, content):
        self.status = b""  # until everything is answered, nobody else can use it
        self.line.sendall(message(kind, content))

    def answer(self, take):
        """Hand over all messages until the server is ready for the next query."""
        kind = b""
        while kind != b"Z":
            kind, content = read(self.stream)
            take(kind, content)
        self.status = content

    def is_clean(self, mode):
        """Prepare the connection for another client, and say whether that was possible."""
        if self.status == b"I" and mode == "session":
            self.ask(b"Q", b"DISCARD ALL\0")
            self.answer(lambda kind, content: None)
        return self.status == b"I"


class Client(StreamRequestHandler):
    pools: dict[bytes, Queue] = {}
    path, mode, size, ignored = "", "", 0, ""

    def handle(self):
        try:
            values = self.start()
            if values is not None:
                self.serve(values)
        except (EOFError, OSError):
            return  # one of both sides is gone, and the other one notices it

    def start(self):
        """Return what the client says of itself; None if it is refused."""
        code = None
        while code in (None, *ENCRYPTION):
            if code:
                self.wfile.write(b"N")
            size, code = struct.unpack("!ii", self.rfile.read(8).ljust(8, b"\0"))
            content = self.rfile.read(size - 8) if code == STARTUP else b""
        words = content.split(b"\0")
        values = dict(zip(words[::2], words[1::2], strict=False))
        if b"options" in values and "options" not in self.ignored:
            said = b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0"
            self.wfile.write(message(b"E", said))
            return None
        return values if code == STARTUP else None

    def serve(self, values):
        user, database = values[b"user"], values[b"database"]
        # The first caller of a database fills its pool with places; a connection is made when a place is first taken.
        pool = self.pools.setdefault(database, filled(self.size))
        server = pool.get()
        try:
            server = server or Server(self.path, user, database)
            self.send(b"R", struct.pack("!i", 0))
            for parameter in server.parameters:
                self.send(b"S", parameter)
            self.send(b"K", struct.pack("!ii", 1_000_000_000 + next(numbers), 0))  # no number of a process
            self.send(b"Z", b"I")
            if self.mode == "transaction":
                pool.put(server)
                server = False
            while (asked := read(self.rfile))[0] != b"X":
                if server is False:
                    server = pool.get()
                    server = server or Server(self.path, user, database)
                server.ask(*asked)
                if asked[0] in ANSWERED:
                    server.answer(self.send)
                    if server.status == b"I" and self.mode == "transaction":
                        pool.put(server)
                        server = False
        finally:
            if server is not False:
                pool.put(self.used_again(server))

    def used_again(self, server):
        """Return the connection for the next client; None if the next one needs a new connection."""
        try:
            if server and server.is_clean(self.mode):
                return server
        except (EOFError, OSError):
            pass  # it is gone
        if server:
            server.line.shutdown(socket.SHUT_RDWR)
            server.line.close()
        return None

    def send(self, kind, content):
        self.wfile.write(message(kind, content))


def filled(size):
    """Return a pool of places without a connection."""
    pool = Queue()
    for _place in range(size):
        pool.put(None)
    return pool


class Pooler(ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    request_queue_size = 100


if __name__ == "__main__":
    port, folder, server_port, Client.mode, size, Client.ignored = sys.argv[1:]
    Client.path, Client.size = f"{folder}/.s.PGSQL.{server_port}", int(size)
    Pooler(("127.0.0.1", int(port)), Client).serve_forever()
