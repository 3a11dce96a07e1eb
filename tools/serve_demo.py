"""
Set up the demo with progress messages, and serve it. Running it again is safe.

`serve_demo.py demo` uses the production server (`make serve`), `serve_demo.py dev` the development server.
"""

import io
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ENV = Path(".env")
# These override .env. Mail is printed, because the demo's addresses don't exist. Only this machine reaches the server.
# DEMO puts a button for each person on the sign-in page.
SETTINGS = {"PLAIN_HTTP": "on", "HOST": "127.0.0.1", "EMAIL_URL": "consolemail://", "DEMO": "on"}
MAIL_EVERY = 5  # seconds
PATIENCE = 10  # seconds
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


def check_port(target: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port()))
        except OSError as error:
            sys.exit(
                f"Port {port()} can't be used ({error.strerror}): is another server running there? "
                f"Stop it, or choose another one: make {target} PORT=8001"
            )


def write_settings() -> None:
    """Write the secrets of this installation to .env if they are missing; environment variables still override them."""
    second_factors = f"SECOND_FACTOR_KEYS=k1:{secrets.token_urlsafe(32)}\n"
    if ENV.exists():
        text = ENV.read_text()
        if not any(line.startswith("SECOND_FACTOR_KEYS=") for line in text.splitlines()):
            say("Adding SECOND_FACTOR_KEYS to .env, which was written before there was one")
            with open(ENV, "a") as file:
                file.write(second_factors if text.endswith("\n") or not text else f"\n{second_factors}")
        return
    say("Writing .env with secrets of its own")
    text = f"SECRET_KEY={secrets.token_urlsafe(50)}\nAUDIT_KEYS=k1:{secrets.token_urlsafe(32)}\n"
    with open(os.open(ENV, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + second_factors)


def say(what: str) -> None:
    print(f"→ {what} …", flush=True)


def manage(*arguments: str) -> None:
    if subprocess.run([sys.executable, "manage.py", *arguments]).returncode:
        sys.exit(f"“manage.py {arguments[0]}” did not work; what is wrong stands above. Then: make demo")


def serve(command: list[str]) -> int:
    """Run the server and the mail timer until Ctrl-C or until the server ends, then end both. Return the exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores the signal
            signal.signal(number, signal.default_int_handler)
    # Each child has its own process group, so that Ctrl-C reaches only this process, which then ends the whole group.
    children = [
        subprocess.Popen(command, process_group=0),
        subprocess.Popen([sys.executable, __file__, "--send-mail"], process_group=0),
    ]
    try:
        return children[0].wait()
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
        return 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for child in children:
            end(child)


def end(child: subprocess.Popen) -> None:
    """End a process and its children, by force if it takes longer than PATIENCE seconds."""
    if child.poll() is not None:
        return
    os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def send_mail() -> None:
    """Send mail every MAIL_EVERY seconds, as production's timer does; in one process, because Django starts slowly."""
    sys.path.insert(0, str(Path.cwd()))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    parent = os.getppid()
    while os.getppid() == parent:
        call_command("send_notices", stdout=io.StringIO())  # the mails are still printed to the terminal
        time.sleep(MAIL_EVERY)


def main() -> int:
    if "--send-mail" in sys.argv:
        send_mail()
        return 0
    target = "dev" if "dev" in sys.argv else "demo"
    check_port(target)
    if "--check-port" in sys.argv:
        return 0
    os.environ |= SETTINGS | {"DEBUG": "on" if target == "dev" else "off", "PORT": str(port())}
    write_settings()
    say("Preparing the database")
    manage("migrate", "--verbosity", "0")
    say("Loading Harbour Coffee")
    manage("seed_demo")
    print(f"\nStandin runs at http://localhost:{port()}/ (Ctrl-C stops it). Choose somebody on the page, or sign in:")
    print("Everybody's password: standin-demo")
    print(PEOPLE, flush=True)
    development = [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port()}"]
    return serve(development if target == "dev" else ["make", "--no-print-directory", "serve"])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
