# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws what our ZPL says, for the commands our labels use; text in the printer's own letters is told, not drawn.

As a printer does it: a field only ever blackens dots. What is white in it leaves what was there (^FR is not used).
"""

import re
from dataclasses import dataclass

from PIL import Image, ImageChops

_FIELD = re.compile(r"\^FO([0-9]+),([0-9]+)(.*?)\^FS", re.DOTALL)
_COMMAND = re.compile(r"[\^~][A-Z][A-Z0-9]")


@dataclass(frozen=True, kw_only=True)
class Printed:
    """One label: its dots, the texts in the printer's letters, and every command in it."""

    picture: Image.Image
    texts: tuple[str, ...]
    commands: frozenset[str]


def labels(zpl: bytes) -> list[Printed]:
    """Every label. Raises: AssertionError for what a printer would take otherwise than it was meant."""
    text = zpl.decode("ascii")
    found = re.findall(r"\^XA(.*?)\^XZ", text, re.DOTALL)
    assert text.count("^XA") == text.count("^XZ") == len(found)
    return [_label(each) for each in found]


def _label(body: str) -> Printed:
    size = re.search(r"\^PW([0-9]+)\n\^LL([0-9]+)", body)
    assert size is not None
    picture = Image.new("L", (int(size[1]), int(size[2])), 255)
    texts = []
    for left, top, said in _FIELD.findall(body):
        at = (int(left), int(top))
        if box := re.fullmatch(r"\^GB([0-9]+),([0-9]+),([0-9]+)", said):
            assert int(box[3]) >= min(int(box[1]), int(box[2]))  # filled
            picture.paste(0, (*at, at[0] + int(box[1]), at[1] + int(box[2])))
        elif drawn := re.fullmatch(r"\^GFA,([0-9]+),([0-9]+),([0-9]+),([0-9A-F:]+)", said):
            assert drawn[1] == drawn[2]
            field = Image.new("L", picture.size, 255)
            field.paste(_picture(int(drawn[1]), int(drawn[3]), drawn[4]), at)
            picture = ImageChops.darker(picture, field)
        else:
            written = re.fullmatch(r"\^A0N,[0-9]+,[0-9]+\^FH_\^FD([^\^~]*)", said)
            assert written is not None, said[:80]
            texts.append(_unescaped(written[1]))
    return Printed(picture=picture, texts=tuple(texts), commands=frozenset(_COMMAND.findall(body)))


def _picture(size: int, in_row: int, said: str) -> Image.Image:
    rows: list[bytes] = []
    at = 0
    while at < len(said):
        if said[at] == ":":
            rows.append(rows[-1])
            at += 1
        else:
            rows.append(bytes.fromhex(said[at : at + 2 * in_row]))
            at += 2 * in_row
    data = b"".join(rows)
    assert len(data) == size
    picture = Image.frombytes("1", (in_row * 8, len(rows)), data)  # a set bit is white here, and black on a label
    return picture.convert("L").point(lambda level: 255 - level)


def _unescaped(said: str) -> str:
    return re.sub(rb"_([0-9A-F]{2})", lambda found: bytes.fromhex(found[1].decode()), said.encode()).decode()
