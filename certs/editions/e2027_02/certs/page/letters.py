# SPDX-License-Identifier: GPL-3.0-or-later
"""The paper's one font inside the file: a composite font of just the letters the pages show.

Letters are numbered in the order of their code points. Numbers whose two bytes would have to be escaped in a
literal string are left out, so that a text is shown by its numbers as they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby

from certs.editions.e2027_02.certs.page import glyphs
from certs.page.pdf_syntax import Name, Object, Reference, Stream, Value, number
from certs.editions.e2027_02.certs.page.sheet import Piece

NAME = "PWSANS+ProofwipeSans"
OBJECTS = 6
_KEPT = 2048  # texts that are kept as they are shown
_ESCAPED = frozenset(b"\r()\\")


def numbered(texts: Iterable[str]) -> dict[int, int]:
    """Code point → letter number, for every character of the texts."""
    codes = sorted(map(ord, set("".join(texts))))
    return dict(zip(codes, _free(), strict=False))


def _free() -> Iterator[int]:
    return (at for at in range(1, 0x4000) if at & 0xFF not in _ESCAPED and at >> 8 not in _ESCAPED)


def shown(pieces: Sequence[Piece], letters: Mapping[int, int]) -> bytes:
    """A drawing with its texts in letter numbers."""
    known = _shown(tuple(letters.items()))
    return b"".join([known[piece] if isinstance(piece, str) else piece for piece in pieces])


class _Shown(dict[str, bytes]):
    """Text → how it is shown by numbers. Most texts of a paper are those of the paper before it."""

    def __init__(self, letters: Mapping[int, int]) -> None:
        super().__init__()
        self._letters = letters

    def __missing__(self, text: str) -> bytes:
        shown = b"(%b)Tj\n" % text.translate(self._letters).encode("utf-16-be")
        if len(self) < _KEPT:
            self[text] = shown
        return shown


@lru_cache(maxsize=8)
def _shown(numbered_letters: tuple[tuple[int, int], ...]) -> _Shown:
    return _Shown(dict(numbered_letters))


def font(letters: Mapping[int, int], at: int) -> tuple[Object, ...]:
    """The objects of the font, the first of them number `at`; streams not packed yet. Not to be changed: papers of
    one bench mostly use the same letters, so the last few fonts are kept.
    """
    return _font(tuple(letters.items()), at)


@lru_cache(maxsize=8)
def _font(numbered_letters: tuple[tuple[int, int], ...], at: int) -> tuple[Object, ...]:
    letters = dict(numbered_letters)
    table = glyphs.table()
    last = max(letters.values(), default=0)
    places: list[int | None] = [0] + [None] * last
    for code, letter in letters.items():
        places[letter] = table.place(code)
    advances = {letter: table.advances[place] for letter, place in enumerate(places) if letter and place is not None}
    thousandth = 1000 / table.steps
    names: dict[str, Value] = {"Type": Name("Font"), "BaseFont": Name(NAME)}
    whole: dict[str, Value] = {
        **names,
        "Subtype": Name("Type0"),
        "Encoding": Name("Identity-H"),
        "DescendantFonts": [Reference(at + 1)],
        "ToUnicode": Reference(at + 4),
    }
    system: dict[str, Value] = {"Registry": b"Adobe", "Ordering": b"Identity", "Supplement": number(0)}
    by_number: dict[str, Value] = {
        **names,
        "Subtype": Name("CIDFontType2"),
        "CIDSystemInfo": system,
        "FontDescriptor": Reference(at + 2),
        "CIDToGIDMap": Name("Identity"),
        "DW": number(1000),
        "W": _widths(advances, table.steps),
    }
    descriptor: dict[str, Value] = {
        "Type": Name("FontDescriptor"),
        "FontName": Name(NAME),
        "Flags": number(4),
        "FontBBox": [number(step * thousandth) for step in table.box],
        "ItalicAngle": number(0),
        "Ascent": number(glyphs.ASCENT * 1000),
        "Descent": number(glyphs.DESCENT * 1000),
        "CapHeight": number(733),
        "StemV": number(80),
        "FontFile2": Reference(at + 3),
        "CIDSet": Reference(at + 5),
    }
    program = glyphs.program(places)
    return (
        whole,
        by_number,
        descriptor,
        Stream({"Length1": number(len(program))}, program),
        Stream({}, _characters(letters)),
        Stream({}, _all_there(last + 1)),
    )


def _widths(advances: Mapping[int, int], em: int) -> list[Value]:
    listed: list[Value] = []
    narrow = [(letter, advance) for letter, advance in advances.items() if advance != em]
    for first, run in _runs(narrow):
        listed += [number(first), [number(advance * (1000 / em)) for advance in run]]
    return listed


def _runs(pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, list[int]]]:
    """Values of letters whose numbers follow one another."""
    for _, group in groupby(enumerate(pairs), key=lambda item: item[1][0] - item[0]):
        found = [pair for _, pair in group]
        yield found[0][0], [value for _, value in found]


def _characters(letters: Mapping[int, int]) -> bytes:
    """The map from letter numbers back to characters (ToUnicode)."""
    lines = []
    for first, codes in _runs((letter, code) for code, letter in letters.items()):
        start = 0
        while start < len(codes):  # a range must not leave its high byte, nor a block hold more than 100 lines
            count = min(len(codes) - start, 256 - ((first + start) & 0xFF))
            texts = "".join(f"<{code:04x}>" for code in codes[start : start + count])
            lines.append(f"<{first + start:04x}><{first + start + count - 1:04x}>[{texts}]")
            start += count
    blocks = "".join(
        f"{len(lines[at : at + 100])} beginbfrange\n" + "\n".join(lines[at : at + 100]) + "\nendbfrange\n"
        for at in range(0, len(lines), 100)
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe)/Ordering (UCS)/Supplement 0>> def\n/CMapName /Letters def\n"
        "/CMapType 2 def\n1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n"
        f"{blocks}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


def _all_there(count: int) -> bytes:
    """One bit for each of `count` letters (CIDSet)."""
    return (((1 << count) - 1) << (-count % 8)).to_bytes((count + 7) // 8, "big")
