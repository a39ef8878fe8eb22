# SPDX-License-Identifier: GPL-3.0-or-later
"""Fastboot's commands and answers, byte by byte, without a cable.

A command is one ASCII packet of at most 64 bytes. An answer is one packet of at most 256: four letters, and up to 252
bytes. INFO and TEXT come any number of times before OKAY, FAIL or DATA ends the answer.
Source: research android.md 6.4 [read: AOSP system/core/fastboot/README.md].
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from phones.cleaning import clean_bytes
from phones.errors import ReplyMalformedError

LONGEST_COMMAND = 64
LONGEST_ANSWER = 256
_LETTERS = 4
_COMMAND = re.compile(r"[\x21-\x7e]{1,64}")
_SIZE = re.compile(rb"[0-9a-fA-F]{8}")


class Kind(StrEnum):
    """What a packet from a boot loader is."""

    OKAY = "OKAY"
    FAIL = "FAIL"
    DATA = "DATA"
    INFO = "INFO"
    TEXT = "TEXT"


_KINDS: Mapping[bytes, Kind] = MappingProxyType({kind.value.encode(): kind for kind in Kind})
ENDS = frozenset({Kind.OKAY, Kind.FAIL, Kind.DATA})


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One packet of an answer; `text` as it came, hostile."""

    kind: Kind
    text: bytes


def command(text: str) -> bytes:
    """The bytes of a command. Raises: ValueError for one that is longer than 64 bytes or not plain ASCII."""
    if not _COMMAND.fullmatch(text):
        raise ValueError(f"not a fastboot command: {text!r}")
    return text.encode("ascii")


def packet(data: bytes) -> Packet:
    """One packet. Raises: ReplyMalformedError for anything that the protocol does not have."""
    if len(data) > LONGEST_ANSWER:
        raise ReplyMalformedError(step="fastboot", expected=f"at most {LONGEST_ANSWER} bytes", got=str(len(data)))
    head, text = data[:_LETTERS], data[_LETTERS:]
    kind = _KINDS.get(head)
    if kind is None:
        raise ReplyMalformedError(step="fastboot", expected="OKAY, FAIL, DATA, INFO or TEXT", got=clean_bytes(head))
    if kind is Kind.DATA and not _SIZE.fullmatch(text):
        raise ReplyMalformedError(step="fastboot", expected="a size of eight hex digits", got=clean_bytes(text))
    return Packet(kind=kind, text=text)
