"""Browsers on another machine, which read pages and register people on their behalf through HTTPS."""

import http.client
import socket
import ssl
from collections import Counter, defaultdict
from contextlib import closing
from threading import Event, Lock, Thread
from urllib.parse import urlencode

CSRF = {True: "__Host-csrftoken", False: "csrftoken"}
WHY = {"category": "cannot_submit", "text": "Cannot register for the tasting", "ticket": "SUP-7", "mode": "act"}
ACKNOWLEDGED, READ = 302, 200


class Far:
    """A browser that asks one address as if it were the platform's name."""

    def __init__(self, name, address, certificate):
        self.name, self.address = name, address
        self.trusted = ssl.create_default_context(cafile=certificate)
        self.cookies = {CSRF[True]: "a" * 32}

    def ask(self, path, data=None, *, node=None):
        """Return status and body. node: ask this (address, port) as the proxy does, and not the proxy."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Host": self.name, "Cookie": cookies, "Referer": f"https://{self.name}{path}"}
        body = None
        if data is not None:
            body = urlencode(data | {"csrfmiddlewaretoken": self.cookies[CSRF[True]]})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(self.line(node)) as line:
            if node:
                headers |= {"X-Forwarded-For": self.address, "X-Forwarded-Proto": "https"}
            line.request("GET" if data is None else "POST", path, body, headers)
            answer = line.getresponse()
            said = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return answer.status, said

    def line(self, node):
        if node:
            return http.client.HTTPConnection(*node, timeout=60)
        line = http.client.HTTPSConnection(self.name, timeout=60, context=self.trusted)
        line._create_connection = lambda _name, *options: socket.create_connection((self.address, 443), *options)
        return line

    def sign_in(self, email, password):
        status, _said = self.ask("/accounts/login/", {"login": email, "password": password})
        assert status == 302, (email, status)

    def log_in_as(self, person):
        status, said = self.ask(f"/users/{person}/login-as/", WHY)
        assert status == 302, (status, said.decode()[-2000:])


class FarLoad:
    """
    One thread for each browser. Writers register a person for one event after the other; readers read pages.

    A request fails if it is answered with another status than a page or a redirect, or not at all.
    """

    def __init__(self, writers, readers, events, pages):
        self.events, self.pages = events, pages
        self.acknowledged = set()  # of (person, event)
        self.done, self.failed = defaultdict(Counter), defaultdict(Counter)  # by stage: of threads, of what was said
        self.stage, self.is_over, self.lock = "before", Event(), Lock()
        jobs = [(self.write, writer, person) for writer, person in writers]
        jobs += [(self.read, reader, None) for reader in readers]
        self.count = len(jobs)
        self.threads = [Thread(target=self.work, args=[number, *job]) for number, job in enumerate(jobs)]

    def work(self, number, job, browser, person):
        for asked, expected in job(browser, person):
            if self.is_over.is_set():
                return
            stage, said = self.stage, 0
            while said != expected and not self.is_over.is_set():
                stage = self.stage
                try:
                    said, _body = browser.ask(*asked)
                except OSError as error:
                    said = type(error).__name__
                with self.lock:
                    if said == expected:
                        self.done[stage][number] += 1
                        if person:
                            self.acknowledged.add((person, asked[0]))
                    else:
                        self.failed[stage][said] += 1

    def write(self, _browser, _person):
        for event in self.events:
            yield (f"/events/{event}/register/", {}), ACKNOWLEDGED

    def read(self, _browser, _person):
        while True:
            for page in self.pages:
                yield (page,), READ

    def reach(self, stage, *, each=0):
        """Go on to the next stage, and return when each thread has done so much in it."""
        self.stage = stage
        while each and not (len(self.done[stage]) == self.count and min(self.done[stage].values()) >= each):
            assert all(thread.is_alive() for thread in self.threads), "the load ended before it should"
            self.threads[0].join(0.05)

    def requests(self, stage):
        """Return how many requests were answered as they should, and which failed."""
        return self.done[stage].total(), dict(self.failed[stage])

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        self.is_over.set()
        for thread in self.threads:
            thread.join()
