"""Makes the font files beside this script. Needs: pip install fonttools brotli

    python3 subset.py --noto DIR --inter DIR

DIR of NotoSansCJK-Regular.ttc and -Bold.ttc: Debian's fonts-noto-cjk.
DIR of Inter-Regular.otf and Inter-SemiBold.otf: Debian's fonts-inter.

Kept: ASCII, Latin-1, the 6763 hanzi of GB2312 and its symbols, CJK punctuation, full-width forms,
arrows, mathematics, box drawing, geometric shapes; and the hanzi that everyday Chinese in
UTF-8 turns into when it is read as GBK, because lessons and the stage show just that. A character outside shows as a box in a lesson, and as a panic in a picture test.
"""

import argparse
import pathlib

from fontTools import subset

# Sans SC and Sans Mono CJK SC inside the two collections.
SANS_SC, MONO_SC = 2, 7

LATIN = [
    (0x0020, 0x007E), (0x00A0, 0x00FF), (0x0100, 0x017F), (0x2010, 0x2027), (0x2030, 0x205E),
    (0x20AC, 0x20AC), (0x2122, 0x2122), (0x2190, 0x2199), (0x2212, 0x2212), (0x2248, 0x2248),
    (0x2260, 0x2265), (0x0391, 0x03C9), (0x0410, 0x044F),
]
SYMBOLS = [
    (0x02C6, 0x02DD), (0x2070, 0x209C), (0x2100, 0x214F), (0x2150, 0x218B), (0x2190, 0x21FF),
    (0x2200, 0x22FF), (0x2300, 0x23FF), (0x2460, 0x24FF), (0x2500, 0x257F), (0x2580, 0x259F),
    (0x25A0, 0x25FF), (0x2600, 0x26FF), (0x2700, 0x27BF), (0x2B00, 0x2BFF), (0x3000, 0x30FF),
    (0x3105, 0x3129), (0x3220, 0x3229), (0xFF00, 0xFFEF),
]
# In Chinese these are as wide as a hanzi, in English they are not: a font of their own, asked
# first only when the window speaks Chinese.
CHINESE_PUNCTUATION = "\u2014\u2018\u2019\u201c\u201d\u2026"


def gb2312():
    """Every character that GB2312 can write."""
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                yield bytes([high, low]).decode("gb2312")
            except UnicodeDecodeError:
                pass


def mojibake():
    """What GBK makes of the UTF-8 of the 3755 most common hanzi, wherever it begins to read."""
    common = (
        bytes([high, low]).decode("gb2312").encode()
        for high in range(0xB0, 0xD8)
        for low in range(0xA1, 0xFF if high < 0xD7 else 0xFA)
    )
    common = list(common)
    pairs = {each[:2] for each in common} | {each[1:] for each in common}
    lasts, firsts = {each[2] for each in common}, {each[0] for each in common}
    pairs |= {bytes([last, first]) for last in lasts for first in firsts}
    for pair in pairs:
        try:
            yield from pair.decode("gbk")
        except UnicodeDecodeError:
            pass


def ranges(table):
    return {code for first, last in table for code in range(first, last + 1)}


def write(source, number, codes, target):
    options = subset.Options()
    options.font_number = number
    options.layout_features = ["kern", "ccmp", "locl", "mark", "mkmk"]
    options.hinting = True
    options.desubroutinize = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"]
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    subset.save_font(font, str(target), options)
    print(f"{target.name}: {len(font.getBestCmap())} characters, {target.stat().st_size} bytes")


def main():
    arguments = argparse.ArgumentParser(description="Makes the bundled fonts.")
    arguments.add_argument("--noto", type=pathlib.Path, required=True)
    arguments.add_argument("--inter", type=pathlib.Path, required=True)
    given = arguments.parse_args()
    here = pathlib.Path(__file__).parent
    latin = ranges(LATIN)
    chinese = latin | ranges(SYMBOLS) | {ord(each) for each in gb2312()}
    garbled = chinese | {ord(each) for each in mojibake()}
    quotes = {ord(each) for each in CHINESE_PUNCTUATION}
    regular = given.noto / "NotoSansCJK-Regular.ttc"
    bold = given.noto / "NotoSansCJK-Bold.ttc"
    write(regular, SANS_SC, garbled, here / "NotoSansSC-Regular.otf")
    write(bold, SANS_SC, garbled, here / "NotoSansSC-Bold.otf")
    write(regular, SANS_SC, quotes, here / "NotoSansSC-Regular-punctuation.otf")
    write(bold, SANS_SC, quotes, here / "NotoSansSC-Bold-punctuation.otf")
    write(regular, MONO_SC, garbled, here / "NotoSansMonoCJKsc-Regular.otf")
    write(given.inter / "Inter-Regular.otf", -1, latin, here / "Inter-Regular.otf")
    write(given.inter / "Inter-SemiBold.otf", -1, latin, here / "Inter-SemiBold.otf")


if __name__ == "__main__":
    main()
