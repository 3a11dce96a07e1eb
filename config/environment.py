"""
The environment: variables, and the file .env, which variables override.

A variable NAME_FILE names a file that holds the value of NAME, so that secrets needn't stand in the environment.
"""

from __future__ import annotations

import builtins
import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from .rate_limits import RATES

BASE_DIR = Path(__file__).resolve().parent.parent
NOTSET: Any = environ.Env.NOTSET
SHORTEST_KEY = 16
ON = {"on", "true", "yes", "y", "ok", "1"}
OFF = {"off", "false", "no", "n", "0"}


class Environment(environ.FileAwareEnv):
    """
    The variables of the environment, each read by its name and type.

    A wrong value is a sentence in `problems`, and its default takes its place until `refuse` names all problems at
    once. No sentence repeats a value, because a value may be a secret.
    """

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[tuple[builtins.str, builtins.str]] = []
        self.names: set[builtins.str] = set()  # of every variable that was asked for
        self.only_collects = False  # for `manage.py check_config`, which goes on after wrong values

    def problem(self, name: builtins.str, sentence: builtins.str) -> None:
        """Keep a problem of a variable: what is wrong, and what to write."""
        self.problems.append((name, sentence))

    def refuse(self) -> None:
        """Raise ImproperlyConfigured with every problem, if there is one."""
        if self.problems and not self.only_collects:
            raise ImproperlyConfigured("\n".join(f"{name}: {sentence}" for name, sentence in self.problems))

    def raw(self, name: builtins.str) -> builtins.str | None:
        """Return the text of a variable without spaces around it, or of its file; None if there is neither."""
        self.names.add(name)
        try:
            text = self.ENVIRON[name]
            # Editors end a file with one line break; anything else may be part of a secret.
            text = text.removesuffix("\n") if os.environ.get(f"{name}_FILE") else text.strip()
        except KeyError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not a text"
            self.problem(
                f"{name}_FILE", f"The file that it names can't be read ({why}). Write the path of a text file."
            )
            return None
        if text.startswith("$") and text[1:].strip("{}()").isidentifier():
            self.problem(name, "It is the name of a variable that nobody replaced. Write the value in its place.")
        return text

    def get_value(
        self, var: builtins.str, cast: Any = None, default: Any = NOTSET, parse_default: builtins.bool = False
    ) -> Any:
        """Return the value of a variable, or its default if it is missing or wrong."""
        known = len(self.problems)
        text = self.raw(var)
        fallback = ("" if cast in (None, str) else []) if default is NOTSET else default
        if text is None or (not text and default is NOTSET):
            if default is NOTSET and len(self.problems) == known:
                self.problem(var, f"A value is needed. {needs(var)}")
            return fallback
        try:
            return self.converted(text, cast)
        except ValueError:
            self.problem(var, wrong(cast, default))
            return fallback

    def converted(self, text: builtins.str, cast: Any) -> Any:
        """Return the value of a text. Raise ValueError if it isn't of the type."""
        if cast is builtins.bool:
            if text.lower() not in ON | OFF:
                raise ValueError
            return text.lower() in ON
        if cast is builtins.int:
            if not text.isascii() or not text.isdigit():
                raise ValueError
            return builtins.int(text)
        return self.parse_value(text, cast)

    def db_url(self, var: builtins.str = "DATABASE_URL", default: Any = NOTSET, engine: Any = None) -> Any:
        return self.of_url(self.db_url_config, var, default, "postgres://user:password@host/name", engine=engine)

    def cache_url(self, var: builtins.str = "CACHE_URL", default: Any = NOTSET, backend: Any = None) -> Any:
        return self.of_url(self.cache_url_config, var, default, "dbcache:// or redis://host:6379/0", backend=backend)

    def email_url(self, var: builtins.str = "EMAIL_URL", default: Any = NOTSET, backend: Any = None) -> Any:
        return self.of_url(self.email_url_config, var, default, "smtp+tls://user:password@host:587", backend=backend)

    db, cache, email = db_url, cache_url, email_url

    def of_url(self, parse: Any, var: builtins.str, default: Any, example: builtins.str, **more: Any) -> Any:
        """Return what a URL says, as Django's settings need it. A blank one is as good as none."""
        text = self.raw(var)
        if text:
            try:
                return parse(text, **more)
            except (ValueError, KeyError, AttributeError, ImproperlyConfigured):
                how = "A sign such as @, / or # in a password is written as %40, %2F or %23."
                self.problem(var, f"It can't be read. Write it like {example}. {how}")
        elif default is NOTSET:
            self.problem(var, f"A value is needed. Write it like {example}.")
        return {} if default is NOTSET else parse(default, **more)

    def named_keys(self, var: builtins.str) -> builtins.dict[builtins.str, builtins.str]:
        """Return keys that are written as k2:secret,k1:older secret."""
        known = len(self.problems)
        pairs = [pair.partition(":") for pair in (self.raw(var) or "").split(",") if ":" in pair]
        keys = {name.strip(): key for name, _colon, key in pairs}
        sound = keys and all(name and len(key) >= SHORTEST_KEY for name, key in keys.items())
        if not sound and len(self.problems) == known:
            least = f"{SHORTEST_KEY} characters or more"
            self.problem(var, f"{var} needs at least one key, and each one is written as name:secret ({least}).")
        return keys

    def rates(self, var: builtins.str, default: builtins.str) -> builtins.str:
        """Return rate limits that are written as 5/5m,20/h."""
        value = self.str(var, default=default).replace(" ", "")
        if RATES.fullmatch(value):
            return value
        self.problem(var, f"A limit is written as amount/time, with s, m, h or d. Write {var}={default}.")
        return default


def needs(name: str) -> str:
    return f"Write {name}=… into .env, or {name}_FILE=… with the path of a file."


def wrong(cast: Any, default: Any) -> str:
    """Return the sentence for a value of the wrong type."""
    if cast is bool:
        return "It is neither on nor off. Write on or off, or remove the line."
    if cast is int:
        example = "1" if default is NOTSET else default
        return f"It is not a whole number. Write a number such as {example}, or remove the line."
    return "It can't be read. Write it as .env.example shows."


env = Environment()
env.read_env(str(BASE_DIR / ".env"))
