# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes certs/shared/glyphs-….bin: the letters of a paper, Noto Sans SC Regular redrawn on a coarse grid.

A paper carries about 450 letters, and they are most of its weight. On a grid of 128 steps an em, with curves that
are nearly straight made straight, they take half of their space; at 7 points a step is 19 micrometres, finer than
an office printer. The table holds each letter ready for a TrueType program, so that a paper is made by laying
pieces one after another, without any font library. Layout of the file: `certs.page.glyphs`.

Run again only to change the character set or the shapes: every page changes with it.

    python tools/make_fonts.py            # fetches the npm package with `npm pack`, writes certs/shared/
"""

import hashlib
import struct
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen, RecordingPen
from fontTools.qu2cu import quadratic_to_curves
from fontTools.ttLib import TTFont

PACKAGE = "@expo-google-fonts/noto-sans-sc@0.4.3"
PACKAGE_SHA256 = "0d69d0f4971d2ff574e3d93cbc218dc950bf3f3f8f8e2c008d97687ed53aee59"
SOURCE = "package/400Regular/NotoSansSC_400Regular.ttf"
LICENCE = "package/LICENSE_FONT"
SHARED = Path(__file__).resolve().parent.parent / "certs" / "shared"
TABLE_SHA256 = "e5b5a4a0ddffc949f9e76d85a63d1182dc2cedecf78cf11c1cb88fc4fde8fa31"

STEPS = 128  # of the em
MERGE = 9.0  # thousandths of an em: how far joining two curves may move the outline
FLAT = 1.1  # steps: what bends or juts out less is drawn straight
BACK = 1.0  # steps: how far the TrueType curve may be from the cubic one
MAGIC = b"PWGLYPH1"

SIGNS = "–—‘’“”…‰→✓✗■□●○①②③④⑤⑥⑦⑧⑨⑩€£¥·×÷≥≤±°µ•△▲◆▽▼〔〕℃№"
# Of given names and surnames, since the set of 1980 lacks them.
NAMES = (
    "镕喆堃玥珺璟祎旻昉淏湉滢犇玙瑀琎禛彧婞翀晞晟昊昱晔晖煜燚炘焱烨珅琲瑄璇璐瑾瑜瑶璟"
    "璠璨芃苒茜莯菡萱蓁蕙薏邝隗郄郗郦鄢闫阚仝妤姝姮婳婧嫣翊翎翾頔骞骥赟赪轩轶劼劭勍勖"
    "卉厍"
)

Point = tuple[int, int]
Contour = list[tuple[int, int, int]]
"""Points of one outline with 1 for on the curve."""


def characters() -> list[int]:
    """Code points kept: GB 2312, Latin with accents, signs, and characters of personal names."""
    kept = {ord(character) for character in SIGNS + NAMES}
    kept.update(range(0x20, 0x7F), range(0xA1, 0x180))  # no U+00A0: it looks like a space and is none
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                kept.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return sorted(kept)


def table(font: TTFont) -> bytes:
    """The whole file for a font. Deterministic for one version of fontTools."""
    shapes, names = font.getGlyphSet(), font.getBestCmap()
    wide = 1000 / font["head"].unitsPerEm
    codes = [0, *(code for code in characters() if code in names)]
    glyphs, advances, boxes = [], [], []
    for code in codes:
        name = names[code] if code else ".notdef"
        contours = _contours(shapes, name, wide)
        glyphs.append(contours)
        advances.append(round(shapes[name].width * wide * STEPS / 1000))
        boxes += [point for contour in contours for point in contour]
    box = (
        min(x for x, _, _ in boxes),
        min(y for _, y, _ in boxes),
        max(x for x, _, _ in boxes),
        max(y for _, y, _ in boxes),
    )
    outlines = [_glyph(contours, box) for contours in glyphs]
    offsets = [0]
    for outline in outlines:
        offsets.append(offsets[-1] + len(outline))
    count = len(codes)
    return b"".join(
        (
            MAGIC,
            struct.pack(">HH4h", count, STEPS, *box),
            struct.pack(f">{count}H", *codes),
            struct.pack(f">{count}H", *advances),
            struct.pack(f">{count + 1}I", *offsets),
            *outlines,
        )
    )


def _contours(shapes: Any, name: str, wide: float) -> list[Contour]:
    recorded = DecomposingRecordingPen(shapes)
    shapes[name].draw(recorded)
    pen = RecordingPen()
    back = Cu2QuPen(pen, BACK, all_quadratic=True)
    for start, segments in _cubic(recorded.value, wide):
        kept = _simplified(start, segments)
        if len(kept) > 1:
            back.moveTo(start)
            for segment in kept:
                (back.lineTo if len(segment) == 1 else back.curveTo)(*segment)
            back.closePath()
    return _points(pen.value)


def _cubic(recorded: list[Any], wide: float) -> list[tuple[Point, list[list[Point]]]]:
    """Outlines as lines (one point) and cubic curves (three) on our grid."""

    def on_grid(point: tuple[float, float]) -> Point:
        return round(point[0] * wide * STEPS / 1000), round(point[1] * wide * STEPS / 1000)

    found: list[tuple[Point, list[list[Point]]]] = []
    splines: list[list[tuple[float, float]]] = []
    at = (0.0, 0.0)
    for operator, points in recorded:
        if operator != "qCurveTo" and splines:
            for curve in quadratic_to_curves(splines, max_err=MERGE / wide, all_cubic=True):
                found[-1][1].append([on_grid(point) for point in curve[1:]])
            splines = []
        if operator == "moveTo":
            found.append((on_grid(points[0]), []))
        elif operator == "lineTo":
            found[-1][1].append([on_grid(points[0])])
        elif operator == "qCurveTo":
            splines.append([at, *points])
        if points:
            at = points[-1]
    return found


def _away(point: Point, start: Point, end: Point) -> float:
    """Distance from the line start-end; infinite where the two are one point."""
    long, high = end[0] - start[0], end[1] - start[1]
    size = (long * long + high * high) ** 0.5
    return abs((point[0] - start[0]) * high - (point[1] - start[1]) * long) / size if size else float("inf")


def _simplified(start: Point, segments: list[list[Point]]) -> list[list[Point]]:
    kept: list[list[Point]] = []
    at = start
    for segment in segments:
        end = segment[-1]
        straight = len(segment) == 1 or 0.75 * max(_away(point, at, end) for point in segment[:2]) <= FLAT
        if end == at and straight:
            continue
        kept.append([end] if straight else _square(at, segment))
        at = end
    _join_lines(start, kept)
    if kept and kept[-1] == [start]:
        kept.pop()
    return kept


def _square(at: Point, curve: list[Point]) -> list[Point]:
    """The curve with tangents that are nearly level or upright made so: one coordinate less to say."""
    first, second, end = curve

    def squared(handle: Point, anchor: Point) -> Point:
        x, y = handle
        if abs(x - anchor[0]) <= 1 and abs(y - anchor[1]) > 4:
            return anchor[0], y
        if abs(y - anchor[1]) <= 1 and abs(x - anchor[0]) > 4:
            return x, anchor[1]
        return handle

    return [squared(first, at), squared(second, end), end]


def _join_lines(start: Point, kept: list[list[Point]]) -> None:
    """Leave out corners that are none."""
    index, at = 0, start
    while index + 1 < len(kept) and len(kept) > 2:
        here, following = kept[index], kept[index + 1]
        if (
            len(here) == len(following) == 1
            and _away(here[0], at, following[0]) <= FLAT
            and _onward(at, here[0], following[0])
        ):
            del kept[index]
            index, at = 0, start
            continue
        at = here[-1]
        index += 1


def _onward(start: Point, middle: Point, end: Point) -> bool:
    return (middle[0] - start[0]) * (end[0] - start[0]) + (middle[1] - start[1]) * (end[1] - start[1]) > 0


def _points(recorded: list[Any]) -> list[Contour]:
    """TrueType points; those on the curve that lie midway between two off it go without saying."""
    contours: list[Contour] = []
    for operator, points in recorded:
        if operator == "moveTo":
            contours.append([(*points[0], 1)])
        elif operator == "lineTo":
            contours[-1].append((round(points[0][0]), round(points[0][1]), 1))
        elif operator == "qCurveTo":
            on_curve = (False,) * (len(points) - 1) + (True,)
            contours[-1] += [(round(x), round(y), int(on)) for (x, y), on in zip(points, on_curve, strict=True)]
    return [_without_implied(contour[:-1] if contour[0] == contour[-1] else contour) for contour in contours]


def _without_implied(contour: Contour) -> Contour:
    kept = []
    for index, (x, y, on) in enumerate(contour):
        before, after = contour[index - 1], contour[(index + 1) % len(contour)]
        midway = abs(before[0] + after[0] - 2 * x) <= 1 and abs(before[1] + after[1] - 2 * y) <= 1
        if not (on and midway and not before[2] and not after[2]):
            kept.append((x, y, on))
    return kept


def _glyph(contours: list[Contour], box: tuple[int, int, int, int]) -> bytes:
    """One entry of a `glyf` table, of even length.

    All letters say the same bounding box, which holds every one of them: a box of its own is 4 bytes a letter.
    """
    points = [point for contour in contours for point in contour]
    if not points:
        return b""
    last = -1
    ends = []
    for contour in contours:
        last += len(contour)
        ends.append(last)
    flags, across, up = [], b"", b""
    x = y = 0
    for to_x, to_y, on in points:
        right, rise = to_x - x, to_y - y
        flags.append(on | _flag(right, 0x02, 0x10) | _flag(rise, 0x04, 0x20))
        across += bytes((abs(right),)) if right else b""
        up += bytes((abs(rise),)) if rise else b""
        x, y = to_x, to_y
    whole = (
        struct.pack(">h4h", len(contours), *box)
        + struct.pack(f">{len(ends)}HH", *ends, 0)
        + _run_lengths(flags)
        + across
        + up
    )
    return whole + b"\0" * (len(whole) % 2)


def _flag(step: int, short: int, same: int) -> int:
    """How a step of one coordinate is said: none, or one byte with its sign in the flag."""
    if not step:
        return same
    if abs(step) > 255:
        raise ValueError(f"a step of {step} does not fit in a byte")
    return short | (same if step > 0 else 0)


def _run_lengths(flags: list[int]) -> bytes:
    out = bytearray()
    index = 0
    while index < len(flags):
        more = 0
        while index + more + 1 < len(flags) and flags[index + more + 1] == flags[index] and more < 255:
            more += 1
        out += bytes((flags[index] | 0x08, more)) if more > 1 else bytes((flags[index],)) * (more + 1)
        index += more + 1
    return bytes(out)


def main() -> None:
    """Fetch, check the digest, redraw, write."""
    SHARED.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=scratch, check=True, timeout=600)
        archive = next(Path(scratch).glob("*.tgz"))
        if hashlib.sha256(archive.read_bytes()).hexdigest() != PACKAGE_SHA256:
            sys.exit("the package is not the one this script was written for")
        with tarfile.open(archive) as tar:
            for member in (SOURCE, LICENCE):
                tar.extract(member, scratch, filter="data")
        with TTFont(Path(scratch, SOURCE)) as font:
            made = table(font)
        name = f"glyphs-{hashlib.sha256(made).hexdigest()[:16]}.bin"
        (SHARED / name).write_bytes(made)
        (SHARED / "OFL.txt").write_bytes(Path(scratch, LICENCE).read_bytes())
    digest = hashlib.sha256(made).hexdigest()
    print(f"{name}: {len(made)} bytes, sha256 {digest}")
    if digest != TABLE_SHA256:
        sys.exit(
            "the table is another than TABLE_SHA256 names: if that is wanted, put the new digest there, "
            "and the new name into certs/page/glyphs.py"
        )


if __name__ == "__main__":
    main()
