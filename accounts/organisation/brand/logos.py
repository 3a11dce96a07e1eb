"""Logos: PNG pictures that are taken apart and written again, so that nothing but the picture is kept."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_KILOBYTES = 200
SMALLEST, LARGEST = 32, 1024  # pixels of a side
WIDEST = 6  # times as wide as high
HEADER = struct.Struct(">IIBBBBB")
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a pixel, by colour type
DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}  # bits of a sample
FILTERS = 5  # of a row
PALETTE = 3  # the colour type whose pixels are numbers of a palette
DESCRIPTION = _("A PNG of at most 200 kB, 32 to 1024 pixels a side, at most six times as wide as high.")
IS_NO_PNG = _("This is no PNG picture. Store the logo as PNG, without interlacing, and choose it again.")
IS_DAMAGED = _("This PNG picture is damaged. Store it once more, and choose it again.")


def refuse(sentence) -> ValidationError:
    return ValidationError(sentence, code="logo")


@dataclass(frozen=True, slots=True)
class Header:
    """The facts of a picture that its rows depend on."""

    width: int
    height: int
    depth: int
    colour: int

    @property
    def row(self) -> int:
        """Return the bytes of a row, without that of its filter."""
        return (self.width * self.depth * SAMPLES[self.colour] + 7) // 8


def rewritten(content: bytes) -> bytes:
    """
    Return the picture as a new PNG: header, colours, transparency and pixels, and nothing else of the file.

    The pixels are decompressed within the size that the header allows, and compressed again. Raise ValidationError if
    the content is anything but one whole PNG picture of a logo's size.
    """
    if len(content) > MAX_KILOBYTES << 10:
        raise refuse(_("The file is too large: at most 200 kB."))
    if not content.startswith(SIGNATURE):
        raise refuse(IS_NO_PNG)
    found = list(chunks(content))
    kinds = [kind for kind, _data in found]
    pixels = [place for place, kind in enumerate(kinds) if kind == b"IDAT"]
    if not pixels or kinds[0] != b"IHDR" or kinds[-1] != b"IEND":
        raise refuse(IS_DAMAGED)
    if pixels != list(range(pixels[0], pixels[-1] + 1)):
        raise refuse(IS_DAMAGED)
    if any(kinds.count(kind) > 1 for kind in (b"IHDR", b"IEND", b"PLTE", b"tRNS")):
        raise refuse(IS_DAMAGED)
    first = header(found[0][1])
    before = dict(found[: pixels[0]])
    parts = [(b"IHDR", found[0][1]), *colours(first, before)]
    rows = decompressed(b"".join(found[place][1] for place in pixels), first)
    parts += [(b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return SIGNATURE + b"".join(chunk(kind, data) for kind, data in parts)


def chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and data of each chunk. Raise ValidationError if one is damaged."""
    place = len(SIGNATURE)
    while place < len(content):
        if place + 12 > len(content):
            raise refuse(IS_DAMAGED)
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 8 + length
        if end + 4 > len(content) or zlib.crc32(content[place + 4 : end]) != int.from_bytes(content[end : end + 4]):
            raise refuse(IS_DAMAGED)
        yield kind, content[place + 8 : end]
        place = end + 4


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data), kind) + data + zlib.crc32(kind + data).to_bytes(4)


def header(data: bytes) -> Header:
    """Return what the header says. Raise ValidationError if a browser might not show it, or it is no logo."""
    if len(data) != HEADER.size:
        raise refuse(IS_DAMAGED)
    width, height, depth, colour, compression, filtering, interlacing = HEADER.unpack(data)
    if depth not in DEPTHS.get(colour, ()) or compression or filtering:
        raise refuse(IS_DAMAGED)
    if interlacing:
        raise refuse(IS_NO_PNG)
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST and width <= WIDEST * height):
        raise ValidationError(
            _("The picture has %(width)d × %(height)d pixels. %(allowed)s"),
            params={"width": width, "height": height, "allowed": DESCRIPTION},
            code="logo",
        )
    return Header(width, height, depth, colour)


def colours(first: Header, before: dict[bytes, bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the palette and the transparency of a picture. Raise ValidationError if they don't fit its header."""
    palette, clear = before.get(b"PLTE", b""), before.get(b"tRNS")
    if first.colour == PALETTE:
        if len(palette) % 3 or not 3 <= len(palette) <= 3 << first.depth:
            raise refuse(IS_DAMAGED)
        yield b"PLTE", palette
    if clear is None or first.colour in (4, 6):
        return
    fits = 0 < len(clear) <= len(palette) // 3 if first.colour == PALETTE else len(clear) == 2 * SAMPLES[first.colour]
    if not fits:
        raise refuse(IS_DAMAGED)
    yield b"tRNS", clear


def decompressed(data: bytes, first: Header) -> bytes:
    """Return the filtered rows. Raise ValidationError if they are not exactly those of the header."""
    size = (first.row + 1) * first.height
    stream = zlib.decompressobj()
    try:
        rows = stream.decompress(data, size + 1)
    except zlib.error:
        raise refuse(IS_DAMAGED) from None
    is_whole = len(rows) == size and stream.eof and not stream.unused_data
    if not is_whole or any(rows[place] >= FILTERS for place in range(0, size, first.row + 1)):
        raise refuse(IS_DAMAGED)
    return rows
