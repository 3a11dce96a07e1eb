"""Mail servers on 127.0.0.1 that work, hang, answer too late, or refuse recipients."""

import socketserver
import threading
from contextlib import contextmanager

DRIPS = 400  # bytes that a dripping server sends at most


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.connections += 1
        if self.server.mode == "silent":
            self.rfile.read()  # until the client hangs up
        elif self.server.mode == "dripping":
            self.drip()
        else:
            self.talk()

    def drip(self):
        """Send a greeting that never ends, byte by byte."""
        try:
            for _byte in range(DRIPS):
                self.wfile.write(b"2")
                self.server.dripped += 1
                if self.server.over.wait(0.05):
                    return
        except OSError:
            self.server.hung_up += 1

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())

    def talk(self):
        self.say("220 here")
        recipients = []
        try:
            while line := self.rfile.readline():
                word = line.decode().strip()
                if word.upper().startswith("RCPT"):
                    recipients.append(word.partition("<")[2].partition(">")[0])
                    refused = recipients[-1] in self.server.refused
                    self.say("550 no such person" if refused else "250 ok")
                elif word.upper() == "DATA":
                    self.say("354 go on")
                    while self.rfile.readline().strip() != b".":
                        pass
                    self.accept(recipients)
                elif word.upper() == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    recipients = [] if word.upper().startswith(("MAIL", "RSET")) else recipients
                    self.say("250 ok")
        except OSError:
            self.server.hung_up += 1

    def accept(self, recipients):
        """Take the message; a server that answers late says so only when it is told to."""
        if self.server.mode == "late":
            self.server.holds.set()
            self.server.over.wait()
        self.server.received.extend(recipients)
        self.say("250 taken")


class Server(socketserver.ThreadingTCPServer):
    """
    A mail server of the test.

    holds: set when a late server has a message that it doesn't acknowledge yet. over: lets it go on.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, mode, refused):
        super().__init__(("127.0.0.1", 0), Handler)
        self.mode, self.refused = mode, set(refused)
        self.connections = self.dripped = self.hung_up = 0
        self.received = []
        self.holds, self.over = threading.Event(), threading.Event()


@contextmanager
def running(settings, mode="well", refused=()):
    """Run a mail server until the block ends, and let the settings lead to it."""
    with Server(mode, refused) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
