"""Small cookies of our own: as far as the browser's session reaches, and out of reach for scripts."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponseBase


def keep(
    response: HttpResponseBase, name: str, value: str, *, max_age: int | None = None, path: str | None = None
) -> None:
    """
    Let the browser keep a value.

    max_age: seconds; None until the browser is closed. path: the paths that get it; None for all of the platform.
    """
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=path or settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponseBase, name: str) -> None:
    """Let the browser forget a value that it keeps for all of the platform."""
    response.delete_cookie(name, path=settings.SESSION_COOKIE_PATH, samesite="Lax")


def remember_language(response: HttpResponseBase, language: str) -> HttpResponseBase:
    """Let the browser keep the code of a language, for the pages before sign-in and after sign-out."""
    keep(response, settings.LANGUAGE_COOKIE_NAME, language, max_age=settings.LANGUAGE_COOKIE_AGE)
    return response
