"""
The production server: `python -m config.server`, with HOST, PORT, WORKERS and THREADS from the environment or .env.

SIGTERM and SIGINT stop it gracefully, and SIGHUP renews the workers one by one, without refusing a connection. A worker
that dies is replaced. The exit code is 2 for a bad value, and 1 if the port is taken or the application doesn't start.
"""

import sys
from typing import NoReturn

from .address import BadValue, Taken, listen, options, shown
from .supervisor import Supervisor


def main(application: str = "config.wsgi:application") -> None:
    """Run the server until it is stopped."""
    try:
        chosen = options()
        sockets = listen(chosen.host, chosen.port, chosen.workers)
    except BadValue as error:
        fail(2, error)
    except Taken as error:
        fail(1, error)
    Supervisor(application, sockets, chosen.workers, chosen.threads, shown(chosen.host, chosen.port)).serve()


def fail(code: int, sentence: object) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
