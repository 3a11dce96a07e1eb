"""A feed in tests: its file, its runs, and the people that came by it."""

import io

from django.core.management import CommandError, call_command

from accounts.models import User, UserImport

from .import_files import row

LENA, MAX = row("L-1", place="Nørreport"), row("M-1", "Max", "Kjær", "max@harbour.example", "Aarhus")
BAD = row("B-1", "Bo", "Berg", "bo at harbour")


def feed(file, content=None, *options, answers_for=("hanne@harbour.example",)):
    """Write the file, run the feed, and return its output and whether it stopped."""
    if content is not None:
        file.write_text(content)
    said = io.StringIO()
    asked = [f"--answers-for={address}" for address in answers_for]
    try:
        call_command("import_users", str(file), "--feed", *asked, *options, stdout=said, stderr=said)
    except CommandError as error:
        return f"{said.getvalue()}{error}"
    return said.getvalue()


def last():
    return UserImport.objects.filter(way="feed").first()


def runs():
    return list(UserImport.objects.order_by("pk").values_list("way", "state"))


def people():
    return sorted(User.objects.exclude(external_id=None).values_list("external_id", "is_active"))
