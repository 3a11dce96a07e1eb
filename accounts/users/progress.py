"""
Progress of long work: streamed to the script that asks for it, and one ordinary request for everybody else.

A view hands over a generator and the address of the page that says how the work went:

    return progress.answer(request, steps(), go=run.get_absolute_url())

A step is `(done, of)`, such as `(200, 3000)`. The page's form has `data-progress`, includes `_progress.html`, and loads
`js/progress.js`; see there.
- The view refuses before it calls `answer`, with an ordinary response: the script then sends the form without itself.
- A browser that goes away closes the generator where it waits. Yield outside of a transaction if what is done stays,
  inside of it if all of it is to be undone.
- The response has begun, so the generator can neither add messages nor change the browser session. The next page says
  how the work went, from what is stored.
"""

from __future__ import annotations

import contextvars
import json
import logging
from collections.abc import Callable, Generator, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect

from audit.patience import patiently

CONTENT_TYPE = "application/x-ndjson"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second is for proxies that collect responses
Steps = Generator[tuple[int, int], None, None]
logger = logging.getLogger(__name__)


def answer(request: HttpRequest, steps: Steps, *, go: str | Callable[[], str]) -> HttpResponseBase:
    """
    Return the response to a form that starts long work: progress as it is made, or a redirect when all is done.

    go: the address to go to, or a function that returns it once the work is done.
    """
    steps = patiently(steps)
    if request.headers.get("Accept") != CONTENT_TYPE:
        for _step in steps:
            pass
        return redirect(go() if callable(go) else go)
    return StreamingHttpResponse(Lines(steps, go), content_type=CONTENT_TYPE, headers=HEADERS)


class Lines(Iterator[bytes]):
    """
    The steps as lines of JSON; the last line says where to go, or that the work failed.

    The generator runs in the context of the view (actor and request of the audit log, language, time zone), because
    the server reads the lines after the middleware has restored its own.
    """

    def __init__(self, steps: Steps, go: str | Callable[[], str]):
        self.steps, self.go = steps, go
        self.run = contextvars.copy_context().run
        self.is_finished = False

    def __next__(self) -> bytes:
        if self.is_finished:
            raise StopIteration
        try:
            step = self.run(next, self.steps, None)
            if step is not None:
                return line(done=step[0], of=step[1])
            self.is_finished = True
            return line(go=self.run(self.go) if callable(self.go) else self.go)
        except Exception:  # the status has left already, so no handler can answer
            self.is_finished = True
            logger.exception("Long work failed after it began")
            return line(failed=True)

    def close(self) -> None:
        """Close the generator where it waits; the server calls this in any case, also if the browser has gone."""
        self.is_finished = True
        self.run(self.steps.close)


def line(**said: Any) -> bytes:
    return json.dumps(said).encode() + b"\n"
