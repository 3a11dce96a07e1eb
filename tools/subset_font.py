"""
Make the font of headings, static/fonts/source-serif-4*.woff2, from the package @fontsource-variable/source-serif-4.

In a folder of its own: `npm pack @fontsource-variable/source-serif-4@5.3.1`, unpack it, `pip install fonttools brotli`,
and `python PROJECT/tools/subset_font.py package PROJECT/static/fonts`.
"""

import shutil
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.varLib.instancer import instantiateVariableFont

# One weight and one optical size, because headings have no others; a variable font is four times as large.
INSTANCE = {"wght": 600, "opsz": 24}
UNITS_PER_EM = 256  # a grid of 0.1 px at 28 px; with 1000 the file is a quarter larger
LEAST_KERNING = 5  # units; nobody sees less at the size of headings
# The first file is in the budget of a first visit. Browsers fetch the second one if a heading has such a letter.
FIRST = [*range(0x20, 0x7F), 0xA0, *map(ord, "ÆØÅæøåÄÖÜäöüßÉé–—‘’“”„…·«»")]
SECOND = [letter for letter in range(0xA1, 0x100) if letter not in FIRST]
EXTENDED = [*range(0x100, 0x180), 0x218, 0x219, 0x21A, 0x21B, 0x1E9E]


def make(source: Path, letters: list[int], target: Path) -> None:
    """Write a static font with these letters, with kerning and without hints, and print its size."""
    font = instantiateVariableFont(TTFont(source), INSTANCE)
    options = subset.Options(layout_features=["kern"], hinting=False, notdef_outline=True, name_IDs=[0, 1, 2])
    options.drop_tables += ["STAT", "gasp"]
    made = subset.Subsetter(options)
    made.populate(unicodes=letters)
    made.subset(font)
    scale_upem(font, UNITS_PER_EM)
    forget_small_kerning(font)
    font["head"].modified = font["head"].created  # the same bytes in each run
    font.recalcTimestamp = False
    font.flavor = "woff2"
    font.save(target)
    print(f"{target.name}: {target.stat().st_size} bytes")


def forget_small_kerning(font: TTFont) -> None:
    """Set small adjustments of pairs to nothing, so that the table is compressed to half its size."""
    for lookup in font["GPOS"].table.LookupList.Lookup if "GPOS" in font else ():
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            records = [record for first in getattr(table, "Class1Record", ()) for record in first.Class2Record]
            records += [record for pairs in getattr(table, "PairSet", ()) for record in pairs.PairValueRecord]
            for record in records:
                if record.Value1 and abs(record.Value1.XAdvance or 0) < LEAST_KERNING:
                    record.Value1.XAdvance = 0


def main() -> None:
    package, folder = map(Path, sys.argv[1:])
    files = package / "files"
    make(files / "source-serif-4-latin-opsz-normal.woff2", FIRST, folder / "source-serif-4.woff2")
    make(files / "source-serif-4-latin-opsz-normal.woff2", SECOND, folder / "source-serif-4-latin-1.woff2")
    make(files / "source-serif-4-latin-ext-opsz-normal.woff2", EXTENDED, folder / "source-serif-4-extended.woff2")
    shutil.copy(package / "LICENSE", folder / "OFL.txt")


if __name__ == "__main__":
    main()
