"""A simple model of the rules of assumed sessions, written without the project's code, to compare both."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

IDLE, LIMIT = timedelta(minutes=15), timedelta(minutes=60)
RIGHT_OF = {"act": "act_on_behalf", "look_only": "look_only_on_behalf"}


@dataclass
class Human:
    """A user with rights as (right, where); where: the path of a department, or "" for the whole company."""

    path: str
    types: set[str] = field(default_factory=set)
    active: bool = True
    staff: bool = False
    password: int = 0

    def rights(self, types):
        return {right for name in self.types for right in types[name]}


@dataclass
class Session:
    """The expected state of an assumed session."""

    id: object
    actor: str
    target: str
    mode: str
    started: datetime
    active: datetime
    target_password: int
    over: bool = False
    had_a_reason_to_end: bool = False


@dataclass
class Browser:
    """A browser: its signed-in user, the number of the password, and the open assumed session."""

    signed_in: str | None = None
    password: int = 0
    session: Session | None = None


@dataclass
class Model:
    """The expected state of the platform."""

    people: dict[str, Human]
    types: dict[str, set[tuple[str, str]]]
    now: datetime
    browsers: list[Browser] = field(default_factory=lambda: [Browser() for _ in range(3)])
    sessions: list[Session] = field(default_factory=list)
    registered: set[str] = field(default_factory=set)

    def covers(self, actor, right, where):
        held = [place for name, place in self.people[actor].rights(self.types) if name == right]
        return any(where.startswith(place) for place in held)

    def may(self, actor, target, mode):
        one, other = self.people[actor], self.people[target]
        return (
            actor != target
            and one.active
            and other.active
            and (one.staff or not other.staff)
            and self.covers(actor, RIGHT_OF[mode], other.path)
            and all(self.covers(actor, right, where) for right, where in other.rights(self.types))
        )

    def goes_on(self, session, password):
        """Return whether a session may continue in a browser that signed in with this password."""
        return (
            not session.over
            and self.may(session.actor, session.target, session.mode)
            and password == self.people[session.actor].password
            and session.target_password == self.people[session.target].password
            and self.now < session.active + IDLE
            and self.now < session.started + LIMIT
        )

    def look_for_reasons(self):
        """Record for each open session whether it ever had a reason to end; only then may it have ended."""
        for browser in self.browsers:
            if browser.session and not self.goes_on(browser.session, browser.password):
                browser.session.had_a_reason_to_end = True

    def request(self, number):
        """
        Return the (actor, user, mode) of a request, or None if it leads to the sign-in page.

        Update the model too: a session that may not continue signs the browser out.
        """
        browser = self.browsers[number]
        if browser.signed_in is None:
            return None
        session = browser.session
        if session is not None:
            if self.goes_on(session, browser.password):
                if self.now - session.active >= timedelta(minutes=1):
                    session.active = self.now
                return session.actor, session.target, session.mode
            session.over = session.had_a_reason_to_end = True
            self.browsers[number] = Browser()
            return None
        person = self.people[browser.signed_in]
        if not person.active:
            return None
        if browser.password != person.password:
            self.browsers[number] = Browser()
            return None
        return browser.signed_in, browser.signed_in, None
