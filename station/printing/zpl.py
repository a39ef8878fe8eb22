# SPDX-License-Identifier: GPL-3.0-or-later
r"""Labels in ZPL II, the language of Zebra's printers and of those that copy it, for 203 and 300 dots an inch.

The same sketch as the PDF's. Codes are sent as pictures, so that the symbol is that of the paper, module by module,
and no character of a phone's can become a command. Letters the printer has (printable ASCII) are sent as text, with
^, ~, \ and _ as hexadecimal under ^FH; all others, Chinese among them, as pictures of our own letters: no font need be
in the printer.
"""

from collections.abc import Iterable, Iterator

from station.printing.facts import LabelFacts
from station.printing.letters import in_pixels
from station.printing.sizes import RESOLUTIONS, LabelSize
from station.printing.sketch import POINT, Bars, Block, Piece, Symbol, Written, sketch

_ESCAPED = frozenset("^~\\_")


def labels_zpl(labels: Iterable[LabelFacts], size: LabelSize, resolution: int) -> bytes:
    """A ^XA…^XZ for each label, in their order. `resolution`: a key of `RESOLUTIONS`."""
    dots = RESOLUTIONS[resolution]
    lines: list[str] = []
    for facts in labels:
        lines += ["^XA", "^CI28", f"^PW{int(size.wide * dots)}", f"^LL{int(size.high * dots)}", "^LH0,0"]
        for piece in sketch(facts, size):
            lines += _drawn(piece, dots)
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
    pixels = max(8, round(piece.size * POINT * dots))
    if piece.text.isascii() and not piece.white:
        return f"{_at(piece.left, piece.top, dots)}^A0N,{pixels},{round(pixels * 0.95)}^FH_^FD{escaped(piece.text)}^FS"
    return _at(piece.left, piece.top, dots) + _picture(_letters(piece, pixels))


def _letters(piece: Written, pixels: int) -> list[bytes]:
    """Rows of dots, 1 = black. White letters stand on a black ground, which is what they lie on."""
    from PIL import Image, ImageDraw

    font = in_pixels(pixels)
    thick = round(pixels * 0.03) if piece.bold else 0
    left, top, right, bottom = font.getbbox(piece.text, stroke_width=thick)
    size = (max(1, int(right - min(0, left))), max(1, int(bottom - min(0, top))))
    picture = Image.new("1", size, 1 if piece.white else 0)
    ink = 0 if piece.white else 1
    ImageDraw.Draw(picture).text((-min(0, left), -min(0, top)), piece.text, font=font, fill=ink, stroke_width=thick)
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
