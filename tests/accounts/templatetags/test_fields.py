"""One field on a page: what is wrong with it is said once."""

import pytest
from django import forms
from django.template.loader import render_to_string

from tests.support.valid_html import what_is_wrong

pytestmark = pytest.mark.once
CHOICES = [("a", "A"), ("b", "B")]


class Chosen(forms.Form):
    one = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect)
    some = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    text = forms.CharField()


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("one", '<fieldset class="field" role="radiogroup" aria-invalid="true" aria-describedby="id_one_error">'),
        ("some", '<fieldset class="field" aria-describedby="id_some_error">'),
        ("text", '<input type="text" name="text" required aria-invalid="true" aria-describedby="id_text_error"'),
    ],
    ids=["one", "some", "text"],
)
def test_an_error_of_a_group_is_said_once_and_of_none_of_its_choices(name, begin):
    """ARIA knows invalid radio groups and fields; for another group the error is its description alone."""
    page = render_to_string("_field.html", {"field": Chosen({})[name]})
    assert begin in page
    assert page.count("aria-invalid") == begin.count("aria-invalid")
    assert what_is_wrong(page) == []


@pytest.mark.parametrize("name", ["one", "some", "text"])
def test_a_field_without_an_error_is_not_marked(name):
    page = render_to_string("_field.html", {"field": Chosen()[name]})
    assert "aria-invalid" not in page
    assert "aria-describedby" not in page
    assert what_is_wrong(page) == []
