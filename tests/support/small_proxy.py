"""`python -m tests.support.small_proxy PORT UPSTREAM_PORT`: a reverse proxy as .env.example requires it."""

import http.client
import sys
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "x-forwarded-for", "x-forwarded-proto"}


class Proxy(BaseHTTPRequestHandler):
    upstream_port = 0

    def forward(self):
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        peer = self.client_address[0]
        headers["X-Forwarded-For"] = ", ".join([*self.headers.get_all("X-Forwarded-For", []), peer])
        headers["X-Forwarded-Proto"] = "https"
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with closing(http.client.HTTPConnection("127.0.0.1", self.upstream_port, timeout=60)) as line:
            line.request(self.command, self.path, body, headers)
            answer = line.getresponse()
            content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = forward  # noqa: N815


if __name__ == "__main__":
    port, Proxy.upstream_port = map(int, sys.argv[1:])
    ThreadingHTTPServer(("127.0.0.1", port), Proxy).serve_forever()
