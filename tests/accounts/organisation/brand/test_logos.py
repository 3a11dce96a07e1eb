"""Logos: nothing of a file is kept but the picture."""

import io
import zlib

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.organisation.brand.logos import LARGEST, MAX_KILOBYTES, rewritten
from tests.support.pictures import SIGNATURE, chunk, header, png, rows

SCRIPT = b"<script>alert(1)</script>"


def test_the_picture_stays_the_same_picture():
    made = rewritten(png())
    assert rewritten(made) == made
    assert zlib.decompress(made[made.index(b"IDAT") + 4 : made.index(b"IEND") - 8]) == rows()


def test_what_is_no_picture_is_left_out():
    more = chunk(b"tEXt", b"Comment\0" + SCRIPT), chunk(b"eXIf", b"where it was taken"), chunk(b"acTL", bytes(8))
    made = rewritten(png(*more))
    assert made == rewritten(png())
    assert SCRIPT not in made
    assert b"taken" not in made


def test_colours_and_transparency_stay():
    palette, clear = chunk(b"PLTE", b"\x0b\x5d\x58\xff\xff\xff"), chunk(b"tRNS", b"\xff\x00")
    source = png(palette, clear, head=header(colour=3), pixels=rows(samples=1))
    made = rewritten(source)
    assert palette in made
    assert clear in made


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This is no PNG picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is no PNG picture"),
        (b"\xff\xd8\xff\xe0JFIF", "This is no PNG picture"),
        (png(head=header(interlacing=1)), "without interlacing"),
        (png(after=SCRIPT), "damaged"),
        (png(after=chunk(b"zTXt", SCRIPT)), "damaged"),
        (png()[:-1], "damaged"),
        (png()[:60], "damaged"),
        (SIGNATURE + chunk(b"IEND"), "damaged"),
        (png(head=chunk(b"IHDR", b"short")), "damaged"),
        (png(header()), "damaged"),
        (png(head=header(depth=3)), "damaged"),
        (png(head=header(colour=3), pixels=rows(samples=1)), "damaged"),
        (png(chunk(b"tRNS", b"\0")), "damaged"),
        (png(pixels=rows()[:-1]), "damaged"),
        (png(pixels=rows() + b"\0"), "damaged"),
        (png(pixels=b"\x05" + rows()[1:]), "damaged"),
        (png(pixels=rows(16, 16), head=header(16, 16)), "16 × 16 pixels"),
        (png(head=header(400, 64)), "400 × 64 pixels"),
        (png(head=header(LARGEST + 1, LARGEST)), "1025 × 1024 pixels"),
        (png(head=header(0xFFFFFFFF, 0xFFFFFFFF)), "pixels"),
        (png(chunk(b"tEXt", bytes(MAX_KILOBYTES << 10))), "at most 200 kB"),
    ],
)
def test_everything_else_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(ValidationError, match=sentence):
        rewritten(content)


def test_a_checksum_that_is_wrong_is_damage():
    whole = bytearray(png())
    whole[20] ^= 1
    with pytest.raises(ValidationError, match="damaged"):
        rewritten(bytes(whole))


def test_a_bomb_is_not_unpacked(monkeypatch):
    """Some kilobytes that would become a gigabyte: no more is unpacked than the header allows."""
    unpacked = []

    class Watched:
        def __init__(self):
            self.stream = real()

        def decompress(self, data, most):
            unpacked.append(most)
            return self.stream.decompress(data, most)

        def __getattr__(self, name):
            return getattr(self.stream, name)

    bomb = png(pixels=bytes(60_000_000))
    assert len(bomb) < MAX_KILOBYTES << 10
    real = zlib.decompressobj
    monkeypatch.setattr(zlib, "decompressobj", Watched)
    with pytest.raises(ValidationError, match="damaged"):
        rewritten(bomb)
    assert unpacked == [len(rows()) + 1]


@given(st.binary(max_size=300), st.integers(0, 200), st.binary(min_size=1, max_size=20))
def test_whatever_comes_is_a_picture_or_refused(noise, place, change):
    whole = png()
    for content in (SIGNATURE + noise, whole[:place] + change + whole[place + len(change) :], whole[:place]):
        try:
            made = rewritten(content)
        except ValidationError:
            continue
        assert rewritten(io.BytesIO(made).read()) == made
