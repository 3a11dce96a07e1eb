"""Requests that stop half-way until a test releases them, and the ways to end their session meanwhile."""

from datetime import timedelta
from functools import wraps
from threading import Event

from django.contrib import messages
from django.core.management import call_command
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.authorization.decorators import allowed_on_behalf
from accounts.models import JobProfile, User
from audit.changes import record_change
from audit.models import AuditEvent
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from config.urls import urlpatterns as project_urls
from impersonation import views
from impersonation.models import AssumedSession
from learning.access_check import views as access_views

from .assumed import log_in_as, post_login_as, sign_in


class Gate:
    """A point where one request waits until the test releases it."""

    def __init__(self):
        self.reached, self.opened = Event(), Event()

    def pass_through(self):
        if not self.reached.is_set():
            self.reached.set()
            assert self.opened.wait(timeout=60)


gates = {}  # by the name of the point where a request waits


def stop(place):
    if place in gates:
        gates[place].pass_through()


def stopping(view):
    """Wrap a view so that it stops before and after the view and its marks."""

    @wraps(view)
    def stops(request, *args, **kwargs):
        stop("before")
        response = view(request, *args, **kwargs)
        stop("after")
        return response

    return stops


@require_POST
@stopping
@allowed_on_behalf
def acts(request):
    with record_change(JobProfile.objects.all()):
        JobProfile.objects.create(name=request.POST["name"])
    messages.success(request, "Done")
    stop("inside")
    if "fail" in request.POST:
        raise RuntimeError("half-way")
    return HttpResponse("done")


urlpatterns = [
    *project_urls,
    path("acts/", acts),
    path("stopping/stay/", stopping(views.assumed_session_stay)),
    path("stopping/exit/", stopping(views.assumed_session_exit)),
    path("stopping/access/", stopping(access_views.assumed_session_access)),
    path("stopping/login-as/<int:pk>/", stopping(views.login_as)),
]


def closing(call):
    """Run a call in another thread, and close the thread's database connections."""
    try:
        return call()
    finally:
        connections.close_all()


def quiet_client():
    """Return a client that raises nothing; Django's default client would also raise errors of other threads."""
    return Client(raise_request_exception=False)


class Situation:
    """An assumed session of Sam as Lena; `browser` makes another client with the same cookies."""

    def __init__(self, client, sam, lena, max_, owner):
        self.session = log_in_as(client, sam, lena)
        self.client, self.sam, self.lena, self.max, self.owner = client, sam, lena, max_, owner
        client.raise_request_exception = False

    def browser(self):
        same = quiet_client()
        same.cookies = self.client.cookies.copy()
        return same


def exit_it(situation):
    assert situation.browser().post(reverse("assumed_session_exit")).status_code == 302


def sign_out(situation):
    assert situation.browser().post(reverse("account_logout")).status_code == 302


def end_now(situation):
    administration = quiet_client()
    sign_in(administration, situation.owner)
    address = reverse("admin:impersonation_assumedsession_end", args=[situation.session.pk])
    assert administration.post(address).status_code == 302


def start_elsewhere(situation):
    other = quiet_client()
    sign_in(other, situation.sam)
    assert post_login_as(other, situation.max).status_code == 302


def let_it_lapse(situation):
    AssumedSession.objects.filter(pk=situation.session.pk).update(started_at=timezone.now() - timedelta(hours=2))
    call_command("end_lapsed_sessions")


def deactivate_lena(situation):
    User.objects.filter(pk=situation.lena.pk).update(is_active=False)
    assert situation.browser().get(reverse("dashboard")).status_code == 302


ENDS = {
    "exit": exit_it,
    "signed_out": sign_out,
    "revoked": end_now,
    "superseded": start_elsewhere,
    "time_limit": let_it_lapse,
    "target_deactivated": deactivate_lena,
}


def of_the_session(session):
    """Return the kinds of the session's events after the start, in the log's order."""
    kinds = AuditEvent.objects.filter(assumed_session=session.pk).order_by("seq").values_list("kind", flat=True)
    return [kind.removeprefix("assumed_session.") for kind in kinds][1:]


def told_why(response, cause):
    return response.status_code == 302 and response.url.startswith(f"{reverse('account_login')}?ended={cause}&")
