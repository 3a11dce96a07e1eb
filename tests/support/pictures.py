"""PNG pictures for tests, right and wrong ones."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, data=b""):
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width=64, height=64, depth=8, colour=2, interlacing=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlacing))


def rows(width=64, height=64, samples=3):
    return (b"\0" + b"\x0b\x5d\x58"[:samples] * width) * height


def png(*more, head=None, pixels=None, after=b""):
    """Return a picture; more: chunks between its header and its pixels."""
    data = zlib.compress(rows() if pixels is None else pixels)
    whole = SIGNATURE + (header() if head is None else head) + b"".join(more)
    return whole + chunk(b"IDAT", data) + chunk(b"IEND") + after
