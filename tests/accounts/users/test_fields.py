"""Choices of departments: within the actor's scope, in the order of the tree, indented by depth."""

import re

import pytest

from accounts.policy.rights import Right
from accounts.users.forms import UserForm

pytestmark = pytest.mark.django_db


def options(actor, person):
    """Return the options of the field, each with whether it is chosen."""
    html = str(UserForm(actor=actor, right=Right.EDIT_PEOPLE, instance=person)["department"])
    return [(label, bool(chosen)) for chosen, label in re.findall(r"<option[^>]*?( selected)?>(.*?)</option>", html)]


def test_who_edits_the_whole_company_chooses_any_department_or_none(sam, lena, aarhus):
    assert options(sam, lena) == [
        ("No department", False),
        ("Harbour Coffee", False),
        ("\u2007\u2007Copenhagen", False),
        ("\u2007\u2007\u2007\u2007Nørreport", True),
        ("\u2007\u2007Aarhus", False),
    ]


def test_who_edits_one_department_chooses_it_or_one_below(rita, lena, aarhus):
    assert options(rita, lena) == [
        ("Choose…", False),
        ("\u2007\u2007Copenhagen", False),
        ("\u2007\u2007\u2007\u2007Nørreport", True),
    ]


def test_a_name_of_a_department_is_never_markup(sam, lena, aarhus):
    aarhus.name = "<b>\"A\" & 'B'</b>"
    aarhus.save()
    html = str(UserForm(actor=sam, right=Right.EDIT_PEOPLE, instance=lena)["department"])
    assert "&lt;b&gt;&quot;A&quot; &amp; &#x27;B&#x27;&lt;/b&gt;</option>" in html
    assert "<b>" not in html
