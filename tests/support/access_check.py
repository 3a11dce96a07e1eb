"""Requests to the access check, and the text of its answers."""

import re
from datetime import timedelta
from html import unescape

from django.urls import reverse

HOUR = timedelta(hours=1)
# The header that a browser sends for a link or form on a page of the platform.
FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}


def words(response):
    """Return the readable text of a page's main part."""
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def ask(client, person, **query):
    return client.get(reverse("user_access", args=[person.pk]), query, headers=FROM_OUR_PAGE, follow=True)


def item_name(item):
    return f"{item._meta.model_name}-{item.pk}"


def why(client, person, item):
    """Return the text of the access check's answer about one item."""
    response = ask(client, person, item=item_name(item))
    assert response.status_code == 200
    return words(response)


def titles(response):
    return re.findall(r"<strong>(.*?)</strong></a>", response.content.decode())
