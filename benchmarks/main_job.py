"""
The main job in a real browser: clicks, keys and milliseconds of each step, from sign-in to the learner's page and back.

The steps are those that tests/browser/test_counted.py walks. Times hold no thinking and no typing speed: a key takes as
long as the page needs for it. ROUNDS repeats the walk, each time in a new browser profile.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import defaultdict

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import override_settings
from playwright.sync_api import sync_playwright

from accounts.models import User
from tests.support.hands import Hands, main_job
from tools import chromium

from . import figures
from .browser import free_port
from .load import PASSWORD, PBKDF2, server

ROUNDS = min(int(os.environ.get("ROUNDS", 5)), 5)  # the platform limits sign-ins a minute
ACTOR = "sam@harbour.example"


def main() -> None:
    with override_settings(PASSWORD_HASHERS=[PBKDF2]):  # what the server uses
        User.objects.filter(email=ACTOR).update(password=make_password(PASSWORD))
    times: dict[str, list[float]] = defaultdict(list)
    counts: dict[str, tuple[int, int]] = {}
    totals = []
    port = free_port()
    with server(port), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find_or_fetch(), chromium_sandbox=False)
        for _round in range(ROUNDS):
            page = browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce").new_page()
            hands, began, before = Hands(page), time.perf_counter(), (0, 0)
            first = began
            for step in main_job(hands, f"http://127.0.0.1:{port}/", ACTOR):
                now = time.perf_counter()
                times[step].append((now - began) * 1000)
                counts[step] = (hands.clicks - before[0], hands.keys - before[1])
                began, before = now, (hands.clicks, hands.keys)
            totals.append((began - first) * 1000)
            page.context.close()
        browser.close()
    print(f"\n{connection.vendor}: the main job, {ROUNDS} rounds  (goal: at most 6 clicks and 70 keys)")
    print(f"{'step':<32}{'clicks':>8}{'keys':>8}{'ms':>10}")
    for step, took in times.items():
        clicks, keys = counts[step]
        print(f"{step:<32}{clicks:>8}{keys:>8}{statistics.median(took):>10.0f}")
    print(f"{'all':<32}{before[0]:>8}{before[1]:>8}{statistics.median(totals):>10.0f}")
    figures.keep("job_clicks", before[0])
    figures.keep("job_keys", before[1])
    figures.keep("job_ms", statistics.median(totals), low=min(totals), high=max(totals))


if __name__ == "__main__":
    main()
