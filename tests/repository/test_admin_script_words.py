"""Words of Django's scripts for the administration that its own German leaves in English (djangojs.po)."""

import json

import catalogues
import pytest
from django.urls import reverse

pytestmark = pytest.mark.once
PO = catalogues.LOCALE / "de" / "LC_MESSAGES" / "djangojs.po"


def entries():
    found = catalogues.parse(PO.read_text())
    return {source: entry for source, entry in found.items() if source.text}


def test_the_compiled_file_is_that_of_the_catalogue():
    assert PO.with_suffix(".mo").read_bytes() == catalogues.compiled("de", entries())


def test_the_scripts_of_the_administration_hear_these_words(client, carl):
    carl.language = "de"
    carl.save()
    client.force_login(carl)
    script = client.get(reverse("admin:jsi18n")).content.decode()
    assert len(entries()) > 5
    for source, entry in entries().items():
        assert entry.is_complete
        assert entry.translations[0].count("%s") == source.text.count("%s")
        assert json.dumps(entry.translations[0]) in script
