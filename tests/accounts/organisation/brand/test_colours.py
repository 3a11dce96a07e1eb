"""Colours of the company: readable in light and in dark, whatever colour it is."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.organisation.brand.colours import DARK_GROUNDS, ENOUGH, LIGHT_GROUNDS, contrast, palette
from config.settings import BASE_DIR

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_every_colour_is_readable_in_light_and_dark_or_refused(colour):
    try:
        made = palette(colour)
    except ValidationError as error:
        made = palette(error.params["better"])
    for at, grounds in enumerate((LIGHT_GROUNDS, DARK_GROUNDS)):
        assert all(contrast(made.accent[at], ground) >= ENOUGH for ground in grounds)
        assert contrast(made.on[at], made.accent[at]) >= ENOUGH
        assert contrast(made.on[at], made.strong[at]) >= ENOUGH


def test_a_readable_colour_stays_as_it_is():
    assert palette("#0b5d58").accent[0] == "#0b5d58"


def test_a_colour_gives_way_to_its_nearest_readable_shade():
    light, dark = palette("#3a9d8f").accent
    assert light == "#2c766b"
    assert dark == "#3a9d8f"


@pytest.mark.parametrize("colour", ["#ffff00", "#ffffff", "#f7e7b5"])
def test_a_colour_that_is_lost_on_white_is_refused_with_a_better_one(colour):
    with pytest.raises(ValidationError, match=f"{colour} is too light to be read on white. Choose a darker one"):
        palette(colour)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_grounds_are_those_of_the_sheet():
    sheet = (BASE_DIR / "static/css/tokens.css").read_text()
    for name, light, dark in (("sunken", 0, 0), ("paper", 1, 2), ("surface", 2, 1)):
        assert f"--{name}: light-dark({LIGHT_GROUNDS[light]}, {DARK_GROUNDS[dark]});" in sheet
