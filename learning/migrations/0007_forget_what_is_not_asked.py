"""A migration of its own: PostgreSQL alters no table whose rows the same transaction has deleted."""

from django.db import migrations
from django.db.models import Exists, F, OuterRef


def forget_what_is_not_asked(apps, schema_editor):
    """Going back: the older version asks every question that is there, and counts every answer."""
    Answer = apps.get_model("learning", "Answer")
    Progress = apps.get_model("learning", "ModuleProgress")
    handed_in = Progress.objects.filter(
        user=OuterRef("user"), module=OuterRef("interaction__module"), submitted_at__isnull=False
    )
    outdated = Answer.objects.filter(~Exists(handed_in), version__lt=F("interaction__valid_from"))
    Answer.objects.filter(pk__in=list(outdated.values_list("pk", flat=True))).delete()
    apps.get_model("learning", "Interaction").objects.filter(retired_at__isnull=False).delete()


class Migration(migrations.Migration):
    dependencies = [("learning", "0006_wordings_that_were_answered")]

    operations = [migrations.RunPython(migrations.RunPython.noop, forget_what_is_not_asked)]
