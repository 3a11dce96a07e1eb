"""Problems of a configuration that the settings alone can't refuse: each names its variable and says what to write."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from audit import anchors
from config.environment import BASE_DIR, env

# (name of the variable, sentence)
Problem = tuple[str, str]
# A name where a value belongs: ${NAME} anywhere, or $NAME or $(…) as a whole value or a whole part of it.
NOT_REPLACED = re.compile(r"\$\{\w+\}|(?:^|[:,=/@])\$[A-Za-z_]\w*(?=$|[:,/@])|^\$\(.*\)$")
KEYS = ("AUDIT_KEYS", "SECOND_FACTOR_KEYS")
SHORTEST_SECRET = 50
SHARED_WITH_OTHERS = 0o077


def environment_problems() -> Iterator[Problem]:
    """Yield what the settings found, and values that look like a mistake."""
    yield from env.problems
    refused = {name for name, _sentence in env.problems}
    for name in sorted(env.names - refused):
        if NOT_REPLACED.search(env.raw(name) or ""):
            yield name, "It holds the name of a variable that nobody replaced. Write the value in its place."
    for name in KEYS:
        yield from key_problems(name)
    secret = settings.SECRET_KEY
    if "SECRET_KEY" not in refused and (len(secret) < SHORTEST_SECRET or len(set(secret)) < 5):
        yield "SECRET_KEY", f"It is short enough to guess. Write {SHORTEST_SECRET} random characters or more."


def key_problems(name: str) -> Iterator[Problem]:
    """Yield what is wrong with the list of keys in a variable."""
    parts = [part.partition(":") for part in (env.raw(name) or "").split(",")]
    names = [part[0].strip() for part in parts if part[1]]
    if any(not part[1] for part in parts) and names:
        yield name, "A part of it has no name, and is ignored. Write each key as name:secret, without commas in it."
    if len(set(names)) < len(names):
        yield name, "Two keys have the same name, and only the last one counts. Give each key a name of its own."
    if any(not secret for _name, colon, secret in parts if colon):
        yield name, "A key has a name and no secret. Write it as name:secret, or remove it."


def unknown_names() -> Iterator[Problem]:
    """Yield the names in .env that no setting has."""
    example = names_in(BASE_DIR / ".env.example")
    for name in sorted(names_in(BASE_DIR / ".env") - example if example else ()):
        if name.removesuffix("_FILE") not in example and not name.startswith("OTEL_"):
            yield name, "No setting has this name, so it changes nothing. Compare it with .env.example."


def names_in(file: Path) -> set[str]:
    try:
        return set(re.findall(r"^(?:export )?([A-Z_]+)=", file.read_text(encoding="utf-8"), re.MULTILINE))
    except OSError:
        return set()


def address_problems() -> Iterator[Problem]:
    """Yield what is wrong with the public address, and with what stands in front of the platform."""
    site = urlsplit(settings.SITE_URL)
    if settings.DEBUG:
        yield "DEBUG", "It is on, which shows strangers the program and its settings. Write DEBUG=off."
    elif settings.PLAIN_HTTP:
        yield "PLAIN_HTTP", "It is on, so passwords travel unencrypted. Write PLAIN_HTTP=off."
    if site.scheme != "https":
        yield "SITE_URL", "It doesn't begin with https://, so links in mail lead to plain HTTP. Write https://…."
    if site.hostname and not validate_host(site.hostname, settings.ALLOWED_HOSTS):
        yield "ALLOWED_HOSTS", f"It doesn't allow the host of SITE_URL. Add {site.hostname}, or remove the line."
    if not settings.PLAIN_HTTP and not settings.TRUSTED_PROXY_COUNT:
        yield (
            "TRUSTED_PROXY_COUNT",
            "It is 0, so each page behind a proxy that ends HTTPS leads to itself. Write the number of your proxies, "
            "such as 1.",
        )


def package_problems() -> Iterator[Problem]:
    """Yield the packages that a setting needs and that are not installed."""
    if settings.CACHES["default"]["BACKEND"].endswith("RedisCache") and not find_spec("redis"):
        yield "CACHE_URL", "It names Redis, whose package isn't installed. Install the extra “redis”."
    if settings.STORAGES["default"]["BACKEND"].startswith("storages.") and not find_spec("storages"):
        yield "STORAGES", "Uploads go to an object store, whose package isn't installed. Install the extra “s3”."


def path_problems() -> Iterator[Problem]:
    """Yield folders and files that the process can't write, and secrets that others can read."""
    if settings.STORAGES["default"]["BACKEND"].endswith("FileSystemStorage"):
        yield from unwritable("MEDIA_ROOT", Path(settings.MEDIA_ROOT))
    yield from unwritable("TMPDIR", Path(os.environ.get("TMPDIR") or "/tmp"))  # noqa: S108 (only asked about)
    if settings.STORAGES["staticfiles"]["BACKEND"] == "config.files.static_files.StaticFiles":
        manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
        if not os.access(manifest, os.R_OK):
            yield "STATIC_ROOT", f"{manifest} can't be read. Run `manage.py collectstatic` as a user who may write it."
    if why := anchors.unwritable():
        yield "AUDIT_ANCHOR_FILE", f"It can't be written ({why}). Name a file in a folder that the process may write."
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        yield from unwritable("DATABASE_URL", Path(database["NAME"]).parent)
        yield from readable_by_others("DATABASE_URL", Path(database["NAME"]))
    yield from readable_by_others(".env", BASE_DIR / ".env")


def unwritable(name: str, folder: Path) -> Iterator[Problem]:
    """Yield a problem if a folder, or the first one above it that is there, can't be written."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield name, f"{folder} can't be written. Give the folder to the user of the process."


def readable_by_others(name: str, file: Path) -> Iterator[Problem]:
    if file.exists() and file.stat().st_mode & SHARED_WITH_OTHERS:
        yield name, f"Other users of this machine can read or write {file}. Run `chmod 600 {file}`."


CHECKS: tuple[Callable[[], Iterator[Problem]], ...] = (
    environment_problems, unknown_names, address_problems, package_problems, path_problems,
)  # fmt: skip
