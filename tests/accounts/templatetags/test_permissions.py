"""The filters with which templates ask the rules."""

import re

import pytest
from django.conf import settings
from django.template import Context, Template

from accounts.templatetags.people import OFFERS
from accounts.templatetags.permissions import CAN, CAN_TO_TARGET, can, with_target

VERB = re.compile(r'(\|with_target:[\w.]+)?\|can:"(\w+)"')


def test_every_verb_in_the_templates_and_menus_is_known_with_or_without_target():
    asked = {True: set(), False: set()}
    for template in (settings.BASE_DIR / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert text.count("|can:") == len(VERB.findall(text)), template
        for target, verb in VERB.findall(text):
            asked[bool(target)].add(verb)
    asked[True] |= {offer.verb for offer in OFFERS} - {"see"}
    assert asked == {True: CAN_TO_TARGET.keys(), False: CAN.keys()}


@pytest.mark.django_db
def test_can_says_yes_if_nothing_speaks_against_it(sam, lena, owner):
    page = Template(
        '{% load permissions %}{% if actor|with_target:target|can:"edit_user" %}edit{% endif %}'
        '{% if actor|can:"import_users" %}import{% endif %}'
    )
    assert page.render(Context({"actor": sam, "target": lena})) == "edit"
    assert page.render(Context({"actor": sam, "target": owner})) == ""
    assert page.render(Context({"actor": owner, "target": sam})) == "editimport"


@pytest.mark.django_db
def test_a_verb_that_is_unknown_or_lacks_its_target_opens_nothing(owner, lena):
    for asked, verb in ((owner, "edit_user"), (owner, "fly"), (with_target(owner, lena), "import_users")):
        with pytest.raises(KeyError):
            can(asked, verb)
