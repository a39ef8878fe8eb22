# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from a phone, made safe to show and to compare.

A phone chooses its own serial number, model name and file contents: tabs and line breaks that make one
entry look like two, escape sequences that repaint a terminal, right-to-left marks that reorder it, or
megabytes. Nothing of that passes here.
"""

import re
import unicodedata

MAXIMUM_SERIAL = 64
_SERIAL = re.compile(r"[A-Za-z0-9._:\-]{1,64}")
_KEPT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._:/#+()-")
_SPELLED = re.compile(r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")


def clean(text: str, *, most: int = 96) -> str:
    r"""`text` on one line, at most `most` characters, everything unprintable written as an escape.

    Control and format characters (Cc, Cf: escape, bidi, zero width), line and paragraph separators, lone
    surrogates and private use become `\uXXXX`. Never raises.
    """
    if len(text) <= most and text.isascii() and text.isprintable():
        return text
    out: list[str] = []
    room = most
    for character in text:
        piece = character if _is_plain(character) else f"\\u{ord(character):04x}"
        if len(piece) > room:
            return "".join(out)[: most - 1] + "…"
        out.append(piece)
        room -= len(piece)
    return "".join(out)


def _is_plain(character: str) -> bool:
    return character == " " or (character.isprintable() and unicodedata.category(character) != "Co")


def clean_bytes(data: bytes, *, most: int = 96) -> str:
    r"""The same for bytes: bad UTF-8 is written as `\xNN`."""
    return clean(data[: most * 4].decode("utf-8", "backslashreplace"), most=most)


def clean_serial(text: str) -> str:
    """A serial number as a phone or its USB descriptor gave it: trimmed, bounded, odd characters escaped.

    What is left is safe to show. `is_plain_serial` says whether it may serve as an identifier.
    """
    return clean(text.strip(" \0"), most=MAXIMUM_SERIAL)


def spelled_serial(text: str) -> str:
    r"""A serial number in whatever alphabet, as it is kept: trimmed; every character but ASCII letters, digits, blank
    and `._:/#+()-` is written as `\uXXXX` or `\UXXXXXXXX`. A plain one stays as it is; different ones stay different.
    """
    return "".join(letter if letter in _KEPT else _spelled(letter) for letter in text.strip(" \0"))


def _spelled(letter: str) -> str:
    number = ord(letter)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def unspelled(text: str) -> str:
    """The inverse of `spelled_serial`; what it has not written stays as it is."""
    return _SPELLED.sub(_letter, text)


def _letter(found: re.Match[str]) -> str:
    number = int(found[1] or found[2], 16)
    return chr(number) if number <= 0x10FFFF else found[0]


def is_plain_serial(text: str) -> bool:
    """True if `text` has the shape of a serial number: 1 to 64 of letters, digits and `. _ : -`."""
    return _SERIAL.fullmatch(text) is not None
