"""The read-only guard leaves the connection as it was, and copes with one that breaks while a page is made."""

import pytest
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path, reverse

from accounts.models import User
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from config.urls import urlpatterns as project_urls
from learning.models import Registration
from tests.support.assumed import log_in_as
from tests.support.learning_factories import make_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


def breaks(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return HttpResponse("not broken")


def closes(request):
    connection.close()
    return HttpResponse("closed")


def streams(request):
    return StreamingHttpResponse(User.objects.filter(pk=request.user.pk).values_list("first_name"))


urlpatterns = [*project_urls, path("breaks/", breaks), path("closes/", closes), path("streams/", streams)]


def test_a_stream_that_is_no_file_arrives_as_a_whole(client, sam, lena):
    log_in_as(client, sam, lena)
    assert client.get("/streams/").getvalue() == b"('Lena',)"


@pytest.mark.postgresql
@pytest.mark.parametrize(("address", "status"), [("/breaks/", 503), ("/closes/", 200)])
def test_after_a_page_lost_its_connection_the_session_reads_and_writes_on_another(client, sam, lena, address, status):
    log_in_as(client, sam, lena)
    client.raise_request_exception = False
    assert client.get(address).status_code == status
    connection.close()  # Django does so at the end of a request; the test client doesn't
    assert client.get(reverse("dashboard")).wsgi_request.user == lena
    event = make_event()
    client.post(reverse("event_register", args=[event.pk]))
    assert Registration.objects.filter(event=event, user=lena).exists()
