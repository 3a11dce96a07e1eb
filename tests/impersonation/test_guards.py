"""What an assumed session may not do: write by looking, touch the account itself, act where nobody opened a door."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from django.views.decorators.http import require_POST

from accounts.authorization.decorators import allowed_on_behalf, own_account_only
from accounts.models import JobProfile, User
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from config.urls import urlpatterns as project_urls
from impersonation.models import AssumedSession
from tests.support.assumed import detail, events, log_in_as, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def by_orm(person):
    User.objects.filter(pk=person.pk).update(first_name="Changed")


def by_save(person):
    person.first_name = "Changed"
    person.save()


def by_cursor(person):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET first_name = 'Changed' WHERE id = %s", [person.pk])


def by_raw_connection(person):
    connection.connection.execute(f"UPDATE accounts_user SET first_name = 'Changed' WHERE id = {int(person.pk)}")


def in_a_transaction(person):
    with transaction.atomic():
        by_orm(person)


WAYS = {way.__name__: way for way in (by_orm, by_save, by_cursor, by_raw_connection, in_a_transaction)}


def writes_by_looking(request, way):
    WAYS[way](User.objects.get(pk=request.user.pk))
    return HttpResponse("written")


def swallows(request, way):
    try:
        WAYS[way](User.objects.get(pk=request.user.pk))
    except Exception:
        return HttpResponse("swallowed")
    return HttpResponse("written")


def streams(request):
    def chunks():
        yield "before "
        by_orm(request.user)
        yield "written"

    return StreamingHttpResponse(chunks())


def reads_in_a_transaction(request):
    with transaction.atomic():
        return HttpResponse(User.objects.get(pk=request.user.pk).first_name)


@require_POST
@allowed_on_behalf
def allowed(request):
    JobProfile.objects.create(name=request.POST["name"])
    if "fail" in request.POST:
        raise RuntimeError("half-way")
    return HttpResponse("done")


@require_POST
def unmarked(request):
    JobProfile.objects.create(name="Never")
    return HttpResponse("done")


@own_account_only
def own(request):
    return HttpResponse("own account")


urlpatterns = [
    *project_urls,
    path("writes/<way>/", writes_by_looking),
    path("swallows/<way>/", swallows),
    path("streams/", streams),
    path("reads/", reads_in_a_transaction),
    path("allowed/", allowed),
    path("unmarked/", unmarked),
    path("own/", own),
]


@pytest.fixture
def assumed(client, sam, lena):
    log_in_as(client, sam, lena)
    client.raise_request_exception = False
    return client


def unchanged(lena):
    return User.objects.get(pk=lena.pk).first_name == lena.first_name


@pytest.mark.parametrize("way", WAYS)
def test_a_page_that_writes_while_looked_at_is_refused_by_the_database(assumed, lena, way):
    response = assumed.get(f"/writes/{way}/")
    assert response.status_code == 500
    assert unchanged(lena)
    assert lena.name in response.content.decode()


@pytest.mark.parametrize("way", WAYS)
def test_the_same_page_may_write_for_lena_herself(lena, way):
    client = Client()
    sign_in(client, lena)
    assert client.get(f"/writes/{way}/").content == b"written"
    assert not unchanged(lena)


@pytest.mark.parametrize("way", ["by_orm", "by_raw_connection"])
def test_swallowing_the_refusal_does_not_help_and_the_next_request_writes_again(assumed, lena, way):
    assert assumed.get(f"/swallows/{way}/").content != b"written"
    assert unchanged(lena)
    assert assumed.post("/allowed/", {"name": "After"}).content == b"done"
    assert JobProfile.objects.filter(name="After").exists()


def test_a_stream_is_read_while_writes_are_still_refused(assumed, lena):
    assumed.raise_request_exception = True
    with pytest.raises(DatabaseError):
        b"".join(assumed.get("/streams/").streaming_content)
    assert unchanged(lena)


def test_reading_in_a_transaction_works(assumed, lena):
    assert assumed.get("/reads/").content.decode() == lena.first_name


def test_look_only_refuses_every_unsafe_request_but_exit(client, sam, lena):
    log_in_as(client, sam, lena, mode="look_only")
    response = client.post("/allowed/", {"name": "Never"})
    assert response.status_code == 403
    assert "Look only: nothing was sent." in response.content.decode()
    assert not JobProfile.objects.filter(name="Never").exists()
    assert client.post(reverse("assumed_session_exit")).status_code == 302
    assert not AssumedSession.objects.live().exists()


def test_a_view_that_nobody_opened_is_closed(assumed, lena):
    response = assumed.post("/unmarked/")
    assert response.status_code == 403
    assert lena.name in response.content.decode()
    assert not JobProfile.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_unusual_methods_are_closed_too(assumed, method):
    assert getattr(assumed, method)("/unmarked/").status_code == 403


@pytest.mark.parametrize(
    "url",
    [
        "/own/",
        "/admin/",
        "/admin/audit/auditevent/",
        "/account/",
        "/accounts/password/change/",
        "/accounts/password/reset/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_admin_site_and_the_persons_own_account_are_closed_for_reading_too(assumed, url, method):
    assert getattr(assumed, method)(url).status_code == 403


def test_the_admin_site_is_closed_even_where_the_target_may_enter_it(client, owner, carl):
    sign_in(Client(), carl)
    log_in_as(client, owner, carl)
    assert client.get("/admin/").status_code == 403


def routes(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern


def test_only_a_learners_own_actions_are_opened_on_behalf():
    views = [pattern.callback for _, pattern in routes(get_resolver("config.urls").url_patterns)]
    opened = [view.__module__ for view in views if getattr(view, "allowed_on_behalf", False)]
    assert opened
    assert {module.partition(".")[0] for module in opened} == {"learning"}


def test_an_allowed_request_is_on_record_before_and_after(assumed, sam, lena):
    assert assumed.post("/allowed/", {"name": "Barista"}).status_code == 200
    [before], [after] = events("assumed_session.request"), events("assumed_session.outcome")
    for event in (before, after):
        assert (event.actor_id, event.target_id) == (sam.pk, lena.pk)
        assert event.assumed_session == AssumedSession.objects.get().pk
    assert before.seq < after.seq
    assert before.request_id == after.request_id
    assert detail(before)["method"] == "POST"
    assert detail(before)["path"] == "/allowed/"
    assert (after.outcome, detail(after)["status"]) == ("done", 200)


def test_a_failed_request_changes_nothing_and_its_failure_is_on_record(assumed):
    assert assumed.post("/allowed/", {"name": "Half", "fail": "1"}).status_code == 500
    assert not JobProfile.objects.exists()
    assert len(events("assumed_session.request")) == 1
    [outcome] = events("assumed_session.outcome")
    assert (outcome.outcome, detail(outcome)["error"]) == ("failed", "RuntimeError")


def test_lenas_own_requests_are_not_on_record(client, lena):
    sign_in(client, lena)
    assert client.post("/allowed/", {"name": "Her own"}).status_code == 200
    assert not events("assumed_session.request")


def test_the_bar_is_on_every_page_and_error_page(assumed, sam, lena):
    assumed.raise_request_exception = False
    for url, status in {
        "/": 200, "/modules/": 200, "/events/": 200, "/documents/": 200, "/assumed-session/": 200,
        "/help/login-as-user/": 200, "/own/": 403, "/users/": 404, "/no/such/page/": 404, "/writes/by_orm/": 500,
    }.items():  # fmt: skip
        response = assumed.get(url)
        assert response.status_code == status, url
        page = response.content.decode()
        assert 'id="assumed-session"' in page, url
        assert sam.name in page
        assert lena.name in page
        assert reverse("assumed_session_exit") in page
        assert response.headers["Cache-Control"] == "no-store"


def test_the_bar_is_on_the_page_of_a_failed_csrf_check(sam, lena):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, sam)
    client.get(reverse("login_as", args=[lena.pk]))
    data = {"category": "other", "text": "A look at her modules", "mode": "act"}
    client.post(reverse("login_as", args=[lena.pk]), data | {"csrfmiddlewaretoken": client.cookies["csrftoken"].value})
    response = client.post("/allowed/")
    assert response.status_code == 403
    assert 'id="assumed-session"' in response.content.decode()


def test_the_bar_is_on_the_page_of_a_bad_request(assumed, lena):
    response = assumed.post("/allowed/", {f"field{number}": "x" for number in range(2001)})
    assert response.status_code == 400
    assert 'id="assumed-session"' in response.content.decode()
    assert not JobProfile.objects.exists()


def test_a_page_for_another_host_names_nobody(assumed, sam, lena):
    response = assumed.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    for name in (sam.name, lena.name):
        assert name not in response.content.decode()


def test_there_is_no_bar_without_an_assumed_session(client, sam):
    sign_in(client, sam)
    assert 'id="assumed-session"' not in client.get("/").content.decode()
