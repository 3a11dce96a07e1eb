"""Steps of the state machine for slow connections: late answers to another tab, and forms that are sent twice."""

from django.urls import reverse
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from .assumed import post_login_as
from .late_answers import another_tab, arrive, cookies_of
from .session_model import Browser

ASKED = ("module_list", "event_list", "account_login", "account_reset_password")


class LateSteps:
    """A mixin of Platform."""

    under_way = ()  # (browser's number, its client, the tab's client, the answer or None if it isn't processed yet)

    @precondition(lambda self: any(browser.signed_in for browser in self.model.browsers))
    @rule(data=st.data(), is_looked_at=st.booleans())
    def ask_in_another_tab(self, data, is_looked_at):
        number = self.in_use(data)
        # The first page sets a CSRF cookie in a browser without one.
        if "csrftoken" not in self.clients[number].cookies:
            self.clients[number].cookies["csrftoken"] = "a" * 32
        tab = another_tab(self.clients[number])
        answer = self.look_in(tab, number, data) if is_looked_at else None
        self.under_way = (*self.under_way, (number, self.clients[number], tab, answer))

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def another_tab_is_answered(self, data):
        one = data.draw(st.sampled_from(range(len(self.under_way))), label="tab")
        number, client, tab, answer = self.under_way[one]
        self.under_way = self.under_way[:one] + self.under_way[one + 1 :]
        if client is not self.clients[number]:
            return  # that browser was closed
        if answer is None:
            answer = self.look_in(tab, number, data)
        before = cookies_of(client)
        arrive(client, answer)
        assert cookies_of(client) == before
        self.seen["answered late"] += 1
        self.look_at(number)

    def look_in(self, tab, number, data):
        """Look at a page in a tab whose session key may be old by now; an old key opens and changes nothing."""
        is_old = tab.cookies["sessionid"].value != self.clients[number].cookies["sessionid"].value
        expected = None if is_old else self.model.request(number)
        answer = tab.get(reverse(data.draw(st.sampled_from(ASKED), label="page")))
        user = answer.wsgi_request.user
        assert (self.names.get(user.pk) if expected else user.is_anonymous) == (expected[1] if expected else True)
        if is_old:
            self.seen["old key"] += 1
        return answer

    @rule(number=st.integers(0, 2), who=st.sampled_from(["sam", "rita"]), whom=st.sampled_from(["lena", "max"]))
    def start_sent_twice(self, number, who, whom):
        self.send_start = self.send_start_twice
        try:
            self.start_as(number, who, whom, "act")
        finally:
            del self.send_start
        self.look_at(number)

    def send_start_twice(self, number, target, mode):
        """Send the start twice, lose the first answer and check that the second is the same. An older tab waits."""
        self.clients[number].cookies["csrftoken"] = "a" * 32
        self.under_way = (*self.under_way, (number, self.clients[number], another_tab(self.clients[number]), None))
        first, second = (
            post_login_as(browser, target, mode=mode, once=f"{self.seen['sent twice']:032}")
            for browser in (another_tab(self.clients[number]), self.clients[number])
        )
        self.seen["sent twice"] += 1
        assert second.status_code == first.status_code
        if first.status_code == 302:
            assert second.url == first.url
            assert second.cookies["sessionid"].value == first.cookies["sessionid"].value
        return second

    @precondition(lambda self: any(browser.session for browser in self.model.browsers))
    @rule(data=st.data())
    def exit_sent_twice(self, data):
        assumed = [number for number in range(3) if self.model.browsers[number].session]
        number = data.draw(st.sampled_from(assumed), label="browser")
        session, expected = self.model.browsers[number].session, self.model.request(number)
        first = another_tab(self.clients[number]).post(reverse("assumed_session_exit"))
        second = self.clients[number].post(reverse("assumed_session_exit"))
        assert second.url == first.url
        assert first.url.startswith(f"{reverse('account_login')}?ended=")
        if expected:
            assert "ended=exit&" in first.url
            session.over = session.had_a_reason_to_end = True
        self.model.browsers[number] = Browser()
        self.seen["exit sent twice"] += 1
        self.look_at(number)
