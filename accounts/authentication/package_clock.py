"""
The clock of allauth, which by default is `time.time()`, so the clock of each server.

Re-authentication, codes of authenticator apps and counted attempts are used on several servers, so allauth gets the
clock that all of them share (audit/clock.py).
"""

import time
from types import SimpleNamespace

from allauth.account import models as sign_in
from allauth.account.internal import stagekit
from allauth.account.internal.flows import login, reauthentication
from allauth.core.internal import ratelimit
from allauth.mfa.totp.internal import auth as totp

from audit import clock

SHARED = SimpleNamespace(time=clock.seconds, monotonic=time.monotonic, sleep=time.sleep)
MODULES = (login, reauthentication, ratelimit, sign_in, stagekit, totp)


def share() -> None:
    """Make allauth use the shared clock. Called once, when the process starts."""
    for module in MODULES:
        module.time = SHARED
