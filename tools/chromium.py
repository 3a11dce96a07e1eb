"""Search and download of the Chromium for the browser tests."""

import json
import os
import shutil
import subprocess
from pathlib import Path

NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
CACHE = Path(".cache/chromium").resolve()
HOW = "install Debian's chromium-headless-shell, or npm, or name one: CHROMIUM=/path/to/chromium make test"
INFLATE = """
const { createReadStream, createWriteStream } = require("fs");
const { createBrotliDecompress } = require("zlib");
const [from, to] = process.argv.slice(1);
createReadStream(from).pipe(createBrotliDecompress()).pipe(createWriteStream(to, { mode: 0o755 }));
"""


def find() -> str | None:
    """Return the path of the Chromium that CHROMIUM names, else of one on the PATH, else of the one fetched earlier."""
    named = os.environ.get("CHROMIUM")
    places = [named] if named else [shutil.which(name) for name in NAMES] + [str(CACHE / "run")]
    return next((place for place in places if place and starts(place)), None)


def find_or_fetch() -> str | None:
    """Return what find() returns, or install Debian's package (root only), else npm's. None if neither works."""
    found = find()
    if found or os.environ.get("CHROMIUM"):
        return found
    print("No Chromium on this machine: fetching one for the browser tests …", flush=True)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", NAMES[0]], **quiet)
    if not find() and shutil.which("npm"):
        fetch_with_npm()
    return find()


def fetch_with_npm() -> None:
    """Install @sparticuz/chromium: a compressed headless Chromium with the libraries that a bare machine lacks."""
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / "package.json").write_text(json.dumps({"private": True}))
    npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", "@sparticuz/chromium"]
    if subprocess.run(npm, cwd=CACHE).returncode:
        return
    packed = CACHE / "node_modules" / "@sparticuz" / "chromium" / "bin"
    for name in ("chromium", "al2023.tar", "fonts.tar"):
        for source in packed.rglob(f"{name}.br"):
            subprocess.run(["node", "-e", INFLATE, str(source), str(CACHE / name)], check=True)
            if name.endswith(".tar"):
                folder = CACHE / name.removesuffix(".tar")
                folder.mkdir(exist_ok=True)
                subprocess.run(["tar", "-xf", str(CACHE / name), "-C", str(folder)], check=True)
                (CACHE / name).unlink()
            break
    libraries = ":".join(str(place) for place in CACHE.glob("al2023/**/lib"))
    run = CACHE / "run"
    run.write_text(f'#!/bin/sh\nexport LD_LIBRARY_PATH="{libraries}"\nexec "{CACHE}/chromium" "$@"\n')
    run.chmod(0o755)


def starts(place: str) -> bool:
    """Return whether the browser runs: a wrapper without its snap fails here, and so does a missing library."""
    try:
        command = [place, "--version"]
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
