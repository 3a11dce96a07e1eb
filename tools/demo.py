"""Sets the demo up, says what it is doing while it does it, and serves; safe to run again."""

import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path

ENV = Path(".env")
PEOPLE = """
  owner@harbour.example   Olivia  Owner
  sam@harbour.example     Sam     Support, whole company
  rita@harbour.example    Rita    Regional support, Copenhagen and below
  mona@harbour.example    Mona    Manager, may not log in as anybody
  carl@harbour.example    Carl    Content creator
  audrey@harbour.example  Audrey  Auditor (administration, audit log)
  lena@harbour.example    Lena    learner in Nørreport, can't submit "Food safety basics"
  max@harbour.example     Max     learner in Aarhus, can't find "Latte art night"
  ina@harbour.example     Ina     deactivated
"""


def port() -> int:
    asked = os.environ.get("PORT", "8000")
    if not asked.isdecimal() or not 0 < int(asked) < 65536:
        sys.exit(f"PORT must be a number from 1 to 65535, not {asked!r}.")
    return int(asked)


def check_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port()))
        except OSError as error:
            sys.exit(
                f"Port {port()} can't be used ({error.strerror}): is another server running there? "
                "Stop it, or choose another one: make demo PORT=8001"
            )


def write_settings() -> None:
    """Secrets of this installation, once; whatever the environment says still comes first."""
    if ENV.exists():
        return
    say("Writing .env with secrets of its own")
    text = f"DEBUG=on\nSECRET_KEY={secrets.token_urlsafe(50)}\nAUDIT_KEYS=k1:{secrets.token_urlsafe(32)}\n"
    with open(os.open(ENV, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def say(what: str) -> None:
    print(f"→ {what} …", flush=True)


def manage(*arguments: str) -> None:
    if subprocess.run([sys.executable, "manage.py", *arguments]).returncode:
        sys.exit(f"“manage.py {arguments[0]}” did not work; what is wrong stands above. Then: make demo")


def main() -> None:
    check_port()
    if sys.argv[1:] == ["--check-port"]:
        return
    write_settings()
    say("Preparing the database")
    manage("migrate", "--verbosity", "0")
    say("Loading Harbour Coffee")
    manage("seed_demo")
    print(f"\nStandin runs at http://127.0.0.1:{port()}/ (Ctrl-C stops it). Everybody's password: standin-demo")
    print(PEOPLE, flush=True)
    os.execv(sys.executable, [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port()}"])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
