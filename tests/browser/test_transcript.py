"""
The main job as a screen reader tells it, compared with the lines of main_job.txt.

To renew the lines after a change of words, run it once with WRITE_TRANSCRIPT=1; then read them as somebody who sees
nothing would hear them.
"""

import os
import re
from pathlib import Path

import pytest

from tests.support.hands import Hands, main_job
from tests.support.transcripts import transcript

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
MINUTES = re.compile(r"after \d+ min\b")  # they are those of the machine that walks
EXPECTED = Path(__file__).with_name("main_job.txt")


def test_a_screen_reader_tells_the_main_job(new_context, live_server, sam, lena, max_):
    page = new_context(viewport={"width": 1280, "height": 720}, locale="en-GB").new_page()
    lines = []
    for step in main_job(Hands(page), live_server.url, sam.email):
        lines += [f"# {step}", *transcript(page), ""]
    said = MINUTES.sub("after some minutes", "\n".join(lines))
    if os.environ.get("WRITE_TRANSCRIPT"):
        EXPECTED.write_text(said)
    assert said == EXPECTED.read_text()
