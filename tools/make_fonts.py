# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes certs/fonts/*.ttf: Noto Sans SC, static TrueType, cut down to what a paper may need.

The full fonts are 10.5 MB a weight; a certificate needs the characters of GB 2312, Latin letters with
accents and a few signs. Run again only to change the character set: a new font program changes every
page, so `certs.page.draw.RENDERER` must then get a new number.

    python tools/make_fonts.py            # fetches the npm package with `npm pack`, writes certs/fonts/
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

PACKAGE = "@expo-google-fonts/noto-sans-sc@0.4.3"
PACKAGE_SHA256 = "0d69d0f4971d2ff574e3d93cbc218dc950bf3f3f8f8e2c008d97687ed53aee59"
FONTS = Path(__file__).resolve().parent.parent / "certs" / "fonts"
SOURCES = {
    "package/400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    "package/700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
}
LICENCE = "package/LICENSE_FONT"
LARGEST = 2_300_000

SIGNS = "–—‘’“”…‰→✓✗■□●○①②③④⑤⑥⑦⑧⑨⑩€£¥·×÷≥≤±°µ•△▲◆▽▼〔〕℃№"
# Of given names and surnames, since the set of 1980 lacks them.
NAMES = (
    "镕喆堃玥珺璟祎旻昉淏湉滢犇玙瑀琎禛彧婞翀晞晟昊昱晔晖煜燚炘焱烨珅琲瑄璇璐瑾瑜瑶璟"
    "璠璨芃苒茜莯菡萱蓁蕙薏邝隗郄郗郦鄢闫阚仝妤姝姮婳婧嫣翊翎翾頔骞骥赟赪轩轶劼劭勍勖"
    "卉厍"
)


def characters() -> list[int]:
    """Code points kept: GB 2312, Latin with accents, signs, and characters of personal names."""
    kept = {ord(character) for character in SIGNS + NAMES}
    kept.update(range(0x20, 0x7F), range(0xA0, 0x180))
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                kept.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return sorted(kept)


def subset(source: Path, target: Path) -> None:
    """Write one cut-down weight: no layout features, no hinting, fixed times."""
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.legacy_kern = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "STAT", "DSIG"]
    options.recalc_timestamp = False
    with TTFont(source, recalcTimestamp=False) as font:
        cutter = Subsetter(options)
        cutter.populate(unicodes=characters())
        cutter.subset(font)
        font.save(target, reorderTables=True)
    size = target.stat().st_size
    print(f"{target.name}: {size} bytes, sha256 {hashlib.sha256(target.read_bytes()).hexdigest()}")
    if size > LARGEST:
        sys.exit(f"{target.name} is larger than {LARGEST} bytes: keep fewer characters")


def main() -> None:
    """Fetch, check the digest, cut, write."""
    FONTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=scratch, check=True, timeout=600)
        archive = next(Path(scratch).glob("*.tgz"))
        if hashlib.sha256(archive.read_bytes()).hexdigest() != PACKAGE_SHA256:
            sys.exit("the package is not the one this script was written for")
        with tarfile.open(archive) as tar:
            for member in (*SOURCES, LICENCE):
                tar.extract(member, scratch, filter="data")
        for member, name in SOURCES.items():
            subset(Path(scratch, member), FONTS / name)
        (FONTS / "OFL.txt").write_bytes(Path(scratch, LICENCE).read_bytes())


if __name__ == "__main__":
    main()
