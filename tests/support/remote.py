"""A test client that speaks HTTP with a server of its own process."""

import http.client
from contextlib import closing

from django.http import HttpResponse
from django.test import Client


class RemoteClient(Client):
    """
    A browser in front of several servers; `port` says which of them answers the next request.

    What only exists inside the server's process, such as `response.context`, is missing.
    """

    def __init__(self, port):
        super().__init__()
        self.port = port
        self.cookies["csrftoken"] = "a" * 32

    def request(self, **request):
        environ = self._base_environ(**request)
        path = environ["PATH_INFO"] + ("?" + environ["QUERY_STRING"] if environ.get("QUERY_STRING") else "")
        headers = {
            "Cookie": "; ".join(f"{name}={morsel.coded_value}" for name, morsel in self.cookies.items()),
            "X-CSRFToken": self.cookies["csrftoken"].value,
        }
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = environ["CONTENT_TYPE"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else None
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as line:
            line.request(environ["REQUEST_METHOD"], path, body, headers)
            answer = line.getresponse()
            response = HttpResponse(answer.read(), status=answer.status)
        response.url = answer.getheader("Location")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies.load(value)
            else:
                response[name] = value
        return response
