"""An HTTP client with cookies and forms, for servers that run as processes."""

import re
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener


class Browser:
    """An HTTP client that keeps cookies and returns error pages; it sends no Secure cookie over plain HTTP."""

    def __init__(self, address):
        self.address, self.cookies = address, CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))

    def open(self, path, data=None, **headers):
        body = data and urlencode(data, doseq=True).encode()
        request = Request(self.address + path, body, headers)
        try:
            response = self.opener.open(request)
        except HTTPError as error:
            response = error
        with response:
            response.body = response.read()
        return response

    def text(self, path, data=None):
        return self.open(path, data).body.decode()

    def send(self, path, data, *, page=None):
        """Post data with the CSRF token of a page; page: path of that page, if it is not the path of the form."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.text(page or path))[1]
        return self.open(path, data | {"csrfmiddlewaretoken": token})
