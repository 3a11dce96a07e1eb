"""Pages in a language whose words are 40 % longer than English ones fit a phone and a desktop."""

import pytest

from accounts.models import User
from tests.support.assumed import log_in_as
from tests.support.languages import speak, stretched

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

SIGNED_OUT = ["/accounts/login/", "/accounts/login/?ended=idle", "/accounts/password/reset/"]
OF_LENA = ["/", "/modules/", "/events/", "/documents/", "/account/", "/account/preferences/", "/accounts/2fa/"]
OF_SAM = [
    "/users/", "/users/?q=nobody", "/users/{lena}/", "/users/{lena}/edit/", "/users/{lena}/deactivate/",
    "/users/{lena}/login-as/", "/users/{ina}/login-as/", "/users/{lena}/access/", "/assumed-session/",
    "/help/login-as-user/", "/help/login-as-policy/", "/no/such/page/",
]  # fmt: skip
OF_THE_OWNER = [
    "/users/new/", "/users/{lena}/permission-types/", "/users/import/", "/permissions/", "/permissions/new/",
    "/organisation/", "/organisation/job-profiles/", "/settings/", "/first-steps/", "/admin/",
    "/admin/audit/auditevent/", "/admin/learning/module/", "/admin/learning/module/add/",
]  # fmt: skip
# The parts of a page that stick out of the window; what scrolls within a part of the page may be wide.
STICKING_OUT = """() => {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const scrolls = (part) => part && part !== document.body && (
    getComputedStyle(part).overflowX !== "visible" || scrolls(part.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter((part) => part.getBoundingClientRect().right > innerWidth + 1 && !scrolls(part.parentElement))
    .map((part) => `${part.tagName} ${part.className} ${part.textContent.trim().slice(0, 40)}`).slice(0, 5);
}"""


@pytest.fixture(params=[390, 1280])
def tab(request, new_context, monkeypatch):
    speak(monkeypatch, stretched)
    return new_context(viewport={"width": request.param, "height": 800}, locale="da-DK").new_page()


def sticking_out(tab, live_server, addresses):
    found = {}
    for address in addresses:
        tab.goto(live_server.url + address)
        assert tab.locator("html").get_attribute("lang") == "da"
        if parts := tab.evaluate(STICKING_OUT):
            found[address] = parts
    return found


def entered(tab, live_server, person, lands_at):
    """Sign somebody in who reads the longer language; the form of the sign-in page is found by its fields."""
    tab.goto(f"{live_server.url}/accounts/login/")
    tab.locator("input[name=login]").fill(person.email)
    tab.locator("input[name=password]").fill("standin-demo")
    tab.locator("input[name=password]").press("Enter")
    tab.wait_for_url(live_server.url + lands_at)


def test_no_page_is_too_narrow_for_longer_words(tab, live_server, sam, owner, lena, ina, catalogue):
    User.objects.update(language="da")
    found = sticking_out(tab, live_server, SIGNED_OUT)
    for person, addresses in {lena: [*OF_LENA, catalogue.get_absolute_url()], sam: OF_SAM, owner: OF_THE_OWNER}.items():
        entered(tab, live_server, person, "/users/" if person == sam else "/")
        found |= sticking_out(tab, live_server, [address.format(lena=lena.pk, ina=ina.pk) for address in addresses])
        tab.context.clear_cookies()
    assert found == {}


def test_the_bar_holds_longer_words(tab, live_server, sam, lena, client):
    User.objects.update(language="da")
    log_in_as(client, User.objects.get(pk=sam.pk), lena)
    cookies = [{"name": name, "value": morsel.value, "url": live_server.url} for name, morsel in client.cookies.items()]
    tab.context.add_cookies(cookies)
    assert sticking_out(tab, live_server, ["/", "/modules/", "/assumed-session/", "/account/"]) == {}
    assert tab.locator("#assumed-session").get_attribute("lang") == "da"


def test_words_are_longer_and_what_no_translation_may_change_is_kept():
    assert stretched("Hello, %(name)s <strong>there</strong>: it's %s") == (
        "Hellooo, %(name)s <strong>thereee</strong>: itt's %s"
    )
