# SPDX-License-Identifier: GPL-3.0-or-later
r"""Labels in ZPL II, the language of Zebra's printers and of those that copy it, for 203 and 300 dots an inch.

The same sketch as the PDF's. Codes are sent as pictures, so that the symbol is that of the paper, module by module,
and no character of a phone's can become a command. Letters the printer has (printable ASCII) are sent as text, with
^, ~, \ and _ as hexadecimal under ^FH; all others, Chinese among them, as pictures of our own letters: no font need be
in the printer.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from station.printing.facts import LabelFacts
from station.printing.letters import in_pixels
from station.printing.sizes import RESOLUTIONS, LabelSize
from station.printing.sketch import POINT, Bars, Block, Piece, Symbol, Written, sketch

if TYPE_CHECKING:
    from PIL.Image import Image

_ESCAPED = frozenset("^~\\_")


def labels_zpl(labels: Iterable[LabelFacts], size: LabelSize, resolution: int) -> bytes:
    """A ^XA…^XZ for each label, in their order. `resolution`: a key of `RESOLUTIONS`."""
    dots = RESOLUTIONS[resolution]
    lines: list[str] = []
    for facts in labels:
        lines += ["^XA", "^CI28", f"^PW{int(size.wide * dots)}", f"^LL{int(size.high * dots)}", "^LH0,0"]
        lines += _fields(sketch(facts, size), dots)
        lines += ["^PQ1", "^XZ"]
    return ("\n".join(lines) + "\n").encode("utf-8")


def escaped(text: str) -> str:
    """What stands between ^FH^FD and ^FS: bytes that could be a command, or are none of ASCII, as _XX."""
    return "".join(
        character
        if character.isascii() and character.isprintable() and character not in _ESCAPED
        else "".join(f"_{byte:02X}" for byte in character.encode("utf-8", "replace"))
        for character in text
    )


def _fields(pieces: Sequence[Piece], dots: float) -> Iterator[str]:
    """A field only ever blackens dots: white letters drawn over a block would be lost in it. So they are cut out of the
    block, and what is left of it is sent as a picture.
    """
    white = [piece for piece in pieces if isinstance(piece, Written) and piece.white]
    for piece in pieces:
        on_it = [each for each in white if isinstance(piece, Block) and _lies_on(each, piece)]
        if isinstance(piece, Block) and on_it:
            yield _at(piece.left, piece.top, dots) + _picture(_without_letters(piece, on_it, dots))
        elif piece not in white:
            yield from _drawn(piece, dots)


def _lies_on(words: Written, block: Block) -> bool:
    return 0 <= words.top - block.top < block.high and words.left < block.left + block.wide


def _without_letters(block: Block, on_it: Iterable[Written], dots: float) -> list[bytes]:
    from PIL import Image, ImageDraw

    picture = Image.new("1", (round(block.wide * dots), round(block.high * dots)), 1)
    for words in on_it:
        pixels = _pixels(words, dots)
        at = (round((words.left - block.left) * dots), round((words.top - block.top) * dots))
        ImageDraw.Draw(picture).text(at, words.text, font=in_pixels(pixels), fill=0, stroke_width=_thick(words, pixels))
    return _rows(picture)


def _drawn(piece: Piece, dots: float) -> Iterator[str]:
    match piece:
        case Block():
            wide, high = round(piece.wide * dots), round(piece.high * dots)
            yield f"{_at(piece.left, piece.top, dots)}^GB{wide},{high},{max(1, min(wide, high))}^FS"
        case Written():
            yield _written(piece, dots)
        case Symbol():
            module = max(1, int(piece.module * dots + 0.01))
            rows = [_widened(row, module) for row in piece.rows for _ in range(module)]
            lost = (piece.module * dots - module) * len(piece.rows) / 2  # whole dots are smaller: stay in the middle
            yield _at(piece.left + lost / dots, piece.top + lost / dots, dots) + _picture(rows)
        case Bars():
            module = max(1, int(piece.module * dots + 0.01))
            lost = (piece.module * dots - module) * len(piece.row) / 2
            row = _widened(piece.row, module)
            yield _at(piece.left + lost / dots, piece.top, dots) + _picture([row] * round(piece.high * dots))


def _at(left: float, top: float, dots: float) -> str:
    return f"^FO{max(0, round(left * dots))},{max(0, round(top * dots))}"


def _widened(row: bytes, module: int) -> bytes:
    return b"".join(bytes((dark,)) * module for dark in row)


def _written(piece: Written, dots: float) -> str:
    pixels = _pixels(piece, dots)
    if piece.text.isascii():
        return f"{_at(piece.left, piece.top, dots)}^A0N,{pixels},{round(pixels * 0.95)}^FH_^FD{escaped(piece.text)}^FS"
    return _at(piece.left, piece.top, dots) + _picture(_letters(piece, pixels))


def _letters(piece: Written, pixels: int) -> list[bytes]:
    """Rows of dots, 1 = black."""
    from PIL import Image, ImageDraw

    font, thick = in_pixels(pixels), _thick(piece, pixels)
    left, top, right, bottom = font.getbbox(piece.text, stroke_width=thick)
    size = (max(1, int(right - min(0, left))), max(1, int(bottom - min(0, top))))
    picture = Image.new("1", size, 0)
    ImageDraw.Draw(picture).text((-min(0, left), -min(0, top)), piece.text, font=font, fill=1, stroke_width=thick)
    return _rows(picture)


def _pixels(piece: Written, dots: float) -> int:
    return max(8, round(piece.size * POINT * dots))


def _thick(piece: Written, pixels: int) -> int:
    return round(pixels * 0.03) if piece.bold else 0


def _rows(picture: "Image") -> list[bytes]:
    wide, high = picture.size
    data = picture.convert("L").tobytes()
    return [bytes(1 if dot else 0 for dot in data[row * wide : (row + 1) * wide]) for row in range(high)]


def _picture(rows: list[bytes]) -> str:
    """^GFA: hexadecimal, a bit a dot, each row filled up to whole bytes; a row like the one above it is a colon."""
    in_row = (len(rows[0]) + 7) // 8
    said = []
    before = ""
    for row in rows:
        bits = "".join("1" if dot else "0" for dot in row).ljust(in_row * 8, "0")
        now = f"{int(bits, 2):0{in_row * 2}X}"
        said.append(":" if now == before else now)
        before = now
    return f"^GFA,{in_row * len(rows)},{in_row * len(rows)},{in_row},{''.join(said)}^FS"
