"""
A production server, or a command of manage.py, in a process whose clock is wrong.

CLOCK_AHEAD, an environment variable: minutes by which the clock is ahead; negative if it is behind.
A server loads `tests.support.shifted_clock:application`; a command is `python -m tests.support.shifted_clock NAME`.
"""

import os
import sys
import time
from datetime import timedelta

import time_machine

# Before Django is imported, so that no module has read the right clock.
time_machine.travel(timedelta(minutes=int(os.environ["CLOCK_AHEAD"])), tick=True).start()
time.time()  # because the shifted clock stands still until its time is first read

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
else:
    from config.wsgi import application  # noqa: F401
