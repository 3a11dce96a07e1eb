"""What may be sent: how much, where to, and by which user; asked before a byte of it is read."""

import ast
import io
import re

import pytest
from django.contrib import admin
from django.db.models import FileField
from django.test import Client
from django.urls import reverse

from accounts.models import User
from config.middleware import bodies
from learning.models import Document
from tests.repository.test_files import FILES, PROJECT
from tests.support.assumed import log_in_as, sign_in
from tests.support.import_files import rows
from tests.support.import_pages import NEW, UPLOAD, kept_files
from tests.support.production_server import threads
from tests.support.url_configuration import patterns

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
ADD_DOCUMENT = "/admin/learning/document/add/"
FORM = 2_621_440  # what Django lets a form have: 2.5 MB
MULTIPART = "multipart/form-data; boundary=edge"


class NeverRead(io.RawIOBase):
    """A body that is all right as long as nobody reads it."""

    def readable(self):
        return True

    def read(self, size=-1):
        raise AssertionError("the body was read")


def send_unread(client, path, length, **headers):
    """Send what nobody may read, and return the answer."""
    declared = {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": MULTIPART, "wsgi.input": NeverRead()} | headers
    return client.generic("POST", path, **declared)


@pytest.mark.parametrize("path", [LOGIN, "/", "/users/import/", ADD_DOCUMENT, "/modules/1/save/"])
def test_nobody_reads_a_large_body_from_a_stranger(client, path):
    response = send_unread(client, path, 600_000_000)
    assert response.status_code == 413
    page = response.content.decode().replace("\xa0", " ")
    assert "Up to 2.5 MB can be sent to this page at once." in page
    assert "Nothing was changed." in page
    assert response.headers["Content-Security-Policy"]
    assert response.headers["X-Request-Id"]


@pytest.mark.parametrize("coding", ["chunked", "gzip, chunked"])
def test_a_body_that_does_not_say_its_length_is_not_read(client, coding):
    response = send_unread(client, LOGIN, "", HTTP_TRANSFER_ENCODING=coding)
    assert response.status_code == 411
    assert "Send it with a Content-Length." in response.content.decode()


@pytest.mark.parametrize("length", ["", "x", "0"])
def test_what_has_no_length_has_no_body(client, length):
    assert send_unread(client, LOGIN, length).status_code == 200


def test_files_go_where_they_are_taken_from_who_may_send_them(client, hanne, carl, lena, sam, owner):
    limits = {}
    for person in (hanne, carl, lena, sam, owner):
        sign_in(client, person)
        for path in (UPLOAD, ADD_DOCUMENT, "/admin/learning/module/add/", "/settings/"):
            page = send_unread(client, path, 10**9).content.decode().replace("\xa0", " ")
            limits[person.first_name, path] = re.search("Up to ([0-9.]+ MB)", page)[1]
    larger = {
        ("Hanne", UPLOAD): "12.5 MB",
        ("Carl", ADD_DOCUMENT): "22.5 MB",
        ("Carl", "/admin/learning/module/add/"): "62.5 MB",
        ("Olivia", UPLOAD): "12.5 MB",
        ("Olivia", ADD_DOCUMENT): "22.5 MB",
        ("Olivia", "/admin/learning/module/add/"): "62.5 MB",
    }
    assert {place: limit for place, limit in limits.items() if limit != "2.5 MB"} == larger


def test_in_an_assumed_session_no_files_are_taken_and_the_bar_is_on_the_page(client, owner, hanne):
    log_in_as(client, owner, hanne)
    response = send_unread(client, UPLOAD, 3 * FORM)
    assert response.status_code == 413
    assert "You're in <strong>" in response.content.decode()


def test_an_expired_session_is_not_asked_about_its_files(client, owner, hanne):
    log_in_as(client, owner, hanne)
    User.objects.filter(pk=hanne.pk).update(is_active=False)
    response = send_unread(client, UPLOAD, 3 * FORM)
    assert response.status_code == 302
    assert response.url.startswith(LOGIN)


def test_a_list_that_is_larger_than_a_form_is_taken(client, hanne):
    sign_in(client, hanne)
    content = rows(NEW, *[f"N{n},Nora,Lund,nora{n}@harbour.example,Copenhagen,Barista,Active" for n in range(50_000)])
    assert len(content) > FORM
    response = client.post(UPLOAD, {"file": io.BytesIO(content.encode())})
    assert response.status_code == 422, "a file without the ending .csv, which was read to know"
    file = io.BytesIO(content.encode())
    file.name = "people.csv"
    assert client.post(UPLOAD, {"file": file}).status_code == 302
    assert kept_files() == 1


@pytest.mark.parametrize("size", [2000, FORM + 1000])
def test_half_a_body_does_nothing(client, carl, size):
    """The sender went away half-way; what came reads like a whole form without its last fields."""
    sign_in(client, carl)
    form = b'--edge\r\nContent-Disposition: form-data; name="title"\r\n\r\nHalf\r\n'
    for kind in ("audience", "exclusions"):
        for name, value in (("TOTAL", 0), ("INITIAL", 0)):
            form += f'--edge\r\nContent-Disposition: form-data; name="{kind}-{name}_FORMS"\r\n\r\n{value}\r\n'.encode()
    form += b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    end = b"\r\n--edge--\r\n"
    whole = form + b"x" * (size - len(form + end)) + end
    sent = {"CONTENT_LENGTH": str(size), "CONTENT_TYPE": MULTIPART}
    response = client.generic("POST", ADD_DOCUMENT, **sent, **{"wsgi.input": io.BytesIO(whole[:-1])})
    assert response.status_code == 400
    assert "Bad request" in response.content.decode()
    assert not Document.objects.exists()
    response = client.generic("POST", ADD_DOCUMENT, **sent, **{"wsgi.input": io.BytesIO(whole)})
    assert (response.status_code, Document.objects.count()) == (302, 1)


def test_when_strangers_send_too_much_at_once_people_go_on(client, lena):
    taken = 0
    while bodies.FROM_STRANGERS.acquire(blocking=False):
        taken += 1
    try:
        response = send_unread(client, LOGIN, 100)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert "Too much is being sent to the platform right now." in response.content.decode()
        assert client.get(LOGIN).status_code == 200
        sign_in(client, lena)
        assert client.post("/account/", {"first_name": "L"}).status_code != 503
    finally:
        bodies.FROM_STRANGERS.release(taken)
    assert Client().post(LOGIN, {"login": "x"}).status_code == 200


def test_the_server_has_more_threads_than_wait_for_bodies():
    waiting = [bodies.FROM_STRANGERS, bodies.FROM_PEOPLE, bodies.LEAVING]
    assert threads() - sum(places._initial_value for places in waiting) >= 2


@pytest.mark.parametrize(
    "data",
    [{f"field{n}": "x" for n in range(2001)}, {f"file{n}": io.BytesIO(b"x") for n in range(101)}],
    ids=["fields", "files"],
)
def test_too_many_fields_or_files_get_our_own_page(client, lena, data):
    sign_in(client, lena)
    client.handler.enforce_csrf_checks = True
    client.cookies["csrftoken"] = "a" * 32
    response = client.post(reverse("module_list"), data)
    assert response.status_code == 400
    assert "The browser sent something that this page doesn't understand." in response.content.decode()
    assert lena.first_name in response.content.decode()


def uses_files(function):
    return any(isinstance(node, ast.Attribute) and node.attr == "FILES" for node in ast.walk(function))


@pytest.mark.once
def test_a_view_that_reads_files_says_how_much_it_takes():
    """Mark it with @accepts_uploads, or nobody can send it a file larger than a form."""
    modules = {
        name: ast.parse(text) for name, text in FILES.items() if name.startswith(PROJECT) and name.endswith(".py")
    }
    reading = {
        f"{name.removesuffix('.py').replace('/', '.')}.{function.name}"
        for name, module in modules.items()
        for function in ast.walk(module)
        if isinstance(function, ast.FunctionDef) and uses_files(function)
    }
    marked = {
        f"{pattern.callback.__module__}.{pattern.callback.__name__}"
        for _name, _route, pattern in patterns()
        if hasattr(pattern.callback, "uploads")
    }
    reading -= {"config.middleware.sent_twice.form_of"}  # looks at what a view was sent, and takes nothing
    assert reading == marked
    assert reading


@pytest.mark.once
def test_an_admin_page_with_a_file_says_how_much_it_takes():
    def has_files(model):
        return any(isinstance(field, FileField) for field in model._meta.fields)

    pages = admin.site._registry.values()
    with_files = {page for page in pages if any(map(has_files, [page.model, *(each.model for each in page.inlines)]))}
    assert with_files == {page for page in pages if hasattr(page, "uploads")}
    assert with_files
