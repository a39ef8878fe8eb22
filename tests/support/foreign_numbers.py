# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds in a text whatever could be somebody's number, and knows what is nobody's: fakes, and invented numbers.

A real number cannot be told from an invented one by looking at it. So everything of the shape of an identifier is
a stranger unless it has the shape that only our fakes have, or stands in `tests/invented.toml`.
What has no shape (an account, the name of a network) is found by its place:
tests/phones/recordings/test_kept_recordings.py.
"""

import base64
import re
import struct
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from phones.identifiers import PARTS

REGISTER = Path(__file__).parents[1] / "invented.toml"
_DECLARED: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(REGISTER.read_text("utf-8"))

FAKE_ECID = range(0x00FA4E0000000000, 0x00FA4E0000100000)
FAKES: Mapping[str, re.Pattern[str]] = {
    "serial": re.compile(r"fake0*[1-9][0-9]{0,4}"),
    "imei": re.compile(r"00499901[0-9]{7}"),
    "ecid": re.compile(r"00fa4e0{5}[0-9a-f]{5}"),
    "udid": re.compile(r"0000[0-9a-f]{4}00fa4e0{5}[0-9a-f]{5}|fa4e0{11,31}[0-9a-f]{5}"),
    "wifi_mac": re.compile(r"02fa4e0[0-9a-f]{5}"),
    "android_id": re.compile(r"fa4e0*[1-9a-f][0-9a-f]{0,4}"),
    **{each.label: re.compile(r"fake0*[1-9][0-9]{0,4}") for each in PARTS},
}
"""What stands for a number of that kind in a recording, lower case, without hyphens and colons."""

_INVENTED_IMEI = re.compile(r"00499900[0-9]{7}")
"""The virtual phones' own: codes that begin with 00 are for tests, and no phone on sale bears one."""
_SPOKEN_SERIAL = re.compile(rf"[A-Z0-9]*(?:{'|'.join(_DECLARED['words']['in_serials'])})[A-Z0-9]*")
_RESERVED_ADDRESS = re.compile(r".+[@.]example(?:\.[a-z]+)?|.+\.(?:invalid|test|localhost)")
_INTERFACE = re.compile(r"android\.hardware\.[a-z0-9.]+@[0-9.]+-[a-z.]+")

_START, _END = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "long number": re.compile(_START + r"[0-9]{14,22}" + _END),
    "serial or MEID": re.compile(_START + r"(?=[A-Z]*[0-9])(?=[0-9]*[A-Z])[A-Z0-9]{8,24}" + _END),
    "small letters and digits": re.compile(
        _START + r"(?!0[xob])(?:(?=(?:[a-z]*[0-9]){4})(?=(?:[0-9]*[a-z]){2})[a-z0-9]{8,41}|"
        r"(?=[a-f]*[0-9])(?=[0-9]*[a-f])[a-f0-9]{12,41})" + _END
    ),
    "MAC address": re.compile(
        r"(?<![0-9A-Fa-f])(?<![0-9A-Fa-f][:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f]|[:-][0-9A-Fa-f])"
    ),
    "UDID": re.compile(_START + r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{16}" + _END),
    "phone number": re.compile(_START + r"\+[1-9][0-9 ()-]{8,16}[0-9]|" + _START + r"(?:86)?1[3-9][0-9]{9}" + _END),
    "mail address": re.compile(r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}"),
}
DRAWN_ANEW = "small letters and digits"
"""The shape which keys, salts and digests of golden papers have too; they are others whenever those are made."""
_ESCAPE = re.compile(r"\\+(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[abfnrtv0'\"/])?")
_MASKED = re.compile(r"[x0]+|[X0]+|e{12,}[0-9]+(?:e+[0-9]*)?")
"""A masked word, a masked number, one of our own random texts in a recording, also one that is cut."""
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_WORD = re.compile(r"(?<![0-9a-fx])[0-9a-f]{8}(?![0-9a-f:])")


class ForeignNumber(NamedTuple):
    """Something that could be somebody's."""

    shape: str
    text: str


def is_fake(kind: str, text: str) -> bool:
    """Has it the shape that the fakes of this kind have? Kinds are the labels of `phones.allowed`."""
    bare = text.lower().replace("-", "").replace(":", "")
    if kind == "ecid" and re.fullmatch(r"[0-9]{17,20}", bare):
        return int(bare) in FAKE_ECID
    return FAKES[kind].fullmatch(bare) is not None


def foreign_numbers_in(text: str) -> Iterator[ForeignNumber]:
    """Everything of the shape of an identifier that is no fake. In a recording there must be none."""
    spelt = _ESCAPE.sub(" ", text)
    for shape, pattern in _SHAPES.items():
        for found in dict.fromkeys(hit[0] for hit in pattern.finditer(spelt)):
            if not (_MASKED.fullmatch(found) or any(is_fake(kind, found) for kind in FAKES)):
                yield ForeignNumber(shape, found)


def undeclared(text: str, *tables: str) -> Iterator[ForeignNumber]:
    """The strangers that are not invented either: no shape says so, and none of these tables of the register."""
    known = declared(*tables)
    for stranger in foreign_numbers_in(text):
        shapes = (_INVENTED_IMEI, _SPOKEN_SERIAL, _RESERVED_ADDRESS, _INTERFACE)
        if stranger.text not in known and not any(shape.fullmatch(stranger.text) for shape in shapes):
            yield stranger


def declared(*tables: str) -> frozenset[str]:
    """What the register names in these tables."""
    return frozenset(word for table in tables for words in _DECLARED[table].values() for word in words)


def meanings(text: str) -> Iterator[str]:
    """The text, what base64 in it means, and what the words of Android's parcels mean."""
    yield text
    for found in _BASE64.findall(text):
        whole = found.rstrip("=")
        yield base64.b64decode(whole[: len(whole) // 4 * 4]).decode("latin-1")
    words = b"".join(struct.pack("<I", int(word, 16)) for word in _WORD.findall(text))
    yield words.decode("utf-16-le", "replace")
