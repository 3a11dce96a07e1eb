"""Several nodes with one database, each with its own clock."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import time_machine
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import rule

from audit import clock


class SeveralMachines:
    """A mixin of state machines: nodes with other clocks answer, and no result may depend on the node."""

    ahead = 0  # minutes that the clock of the answering node is ahead

    @rule(minutes=st.sampled_from([0, 5, -5]))
    def another_machine_answers(self, minutes):
        self.be_a_machine(ahead=minutes)
        self.seen["another machine"] += 1

    def be_a_machine(self, *, ahead):
        """Switch to a node that has measured the difference between its clock and the database's, which is right."""
        self.ahead = ahead
        connection._clock_difference = timedelta(minutes=-ahead)
        self.set_clock()

    def set_clock(self):
        self.traveller.move_to(self.model.now + timedelta(minutes=self.ahead))


@contextmanager
def node(minutes, *, at=None, has_measured=True):
    """
    Run the block on a node whose clock is ahead by `minutes`, or behind if the number is negative.

    at: the time of a right clock; without it, now. has_measured: False for a node that connected before its clock was
    set wrong, and so takes its own clock for the database's.
    """
    right = at or datetime.now(UTC)
    before = clock.difference()
    with time_machine.travel(right + timedelta(minutes=minutes)):
        if has_measured and at is None and connection.vendor == "postgresql":
            clock.measure(None, connection)
        elif has_measured:  # the database can't show this time or has no clock, so the difference is set
            connection._clock_difference = timedelta(minutes=-minutes)
        else:
            connection._clock_difference = timedelta()
        try:
            yield
        finally:
            connection._clock_difference = before
