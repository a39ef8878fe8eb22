# SPDX-License-Identifier: GPL-3.0-or-later
"""What an iPhone sends costs the one event loop little, whatever it is."""

import codecs
import contextlib
import plistlib
import struct
import time
from datetime import datetime
from typing import Any
from xml.parsers.expat import ExpatError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymobiledevice3.exceptions import ProtocolError
from pymobiledevice3.service_connection import parse_plist

from phones.apple.library import MAXIMUM_MESSAGE_BYTES, is_readable

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>Value</key>'
TAIL = b"</dict></plist>"
ATTRIBUTES = b"".join(b'a%d="" ' % number for number in range(180_000))
DECLARED = b"".join(b"<!ATTLIST a b%d CDATA ''>" % number for number in range(36_000))
SECONDS = 5.0
"""Of this thread's processor; each takes half of one at most."""


def often(piece: bytes) -> bytes:
    return HEAD + piece * ((MAXIMUM_MESSAGE_BYTES - 200) // len(piece)) + TAIL


@pytest.mark.parametrize(
    "message",
    [
        often(b"<integer>1</integer>"),
        often(b"<array>"),
        often(b"\n"),
        often(b"<!-- -->"),
        often(b"<date>2020-01-01T00:00:00Z</date>"),
        HEAD + b"<string>" + b"&amp;" * 400_000 + b"</string>" + TAIL,
        HEAD + b"<integer>" + b"1" * 2_000_000 + b"</integer>" + TAIL,
        HEAD + b"<string " + ATTRIBUTES + b"/>" + TAIL,
        HEAD + b'<string b=">" ' + ATTRIBUTES + b"/>" + TAIL,
        b'<plist c=">" ' + ATTRIBUTES + b"/>",
        codecs.BOM_UTF8 + b"<plist><string " + ATTRIBUTES + b"/></plist>",
        codecs.BOM_UTF16_LE + ("<plist><string " + ATTRIBUTES.decode() + "/></plist>")[:900_000].encode("utf-16-le"),
        b"<!DOCTYPE plist [" + DECLARED + b"]><plist><array>" + b"<a/>" * 2500 + b"</array></plist>",
        b'<?xml version="1.0"?><!DOCTYPE plist [' + DECLARED + b"]><plist>" + b"<a/>" * 2500 + b"</plist>",
        b"<plist>" + b"\1<string " + ATTRIBUTES + b"/></plist>",
    ],
    ids=[
        *("numbers", "brackets", "blanks", "comments", "dates", "letters", "digits", "attributes", "a bracket in one"),
        *("of the first tag", "behind a mark", "in another code", "declared", "declared in a document", "tried again"),
    ],
)
def test_no_message_holds_the_others_up(message: bytes) -> None:
    begun = time.thread_time()
    if is_readable(message):
        with contextlib.suppress(ValueError, LookupError, ExpatError, ProtocolError):
            parse_plist(message)
    assert time.thread_time() - begun < SECONDS


def test_what_iphones_send_is_readable() -> None:
    table = {"Value": {"a" * 100: ["<&>" * 2000, b"\0" * 9000, 1, 2.5, True]}}
    assert is_readable(plistlib.dumps(table))
    assert is_readable(plistlib.dumps(table, fmt=plistlib.FMT_BINARY))


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"?" * 100,
        HEAD + b"<string " + b'a="" ' * 1000 + b"/>" + TAIL,
        codecs.BOM_UTF8 + HEAD + TAIL,
        b'<!DOCTYPE plist [<!ATTLIST a b CDATA "">]><plist><a/></plist>',
        b'<!DOCTYPE plist PUBLIC "" "" [<!ATTLIST a b CDATA "">]><plist><a/></plist>',
        b"<plist><\1!ATTLIST a b CDATA ''></plist>",
    ],
    ids=["nothing", "noise", "attributes", "a mark before it", "declared", "declared too", "hidden"],
)
def test_what_no_iphone_sends_is_not_read(message: bytes) -> None:
    assert not is_readable(message)


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"<?xml version='1.0' encoding='UTF-8'?>",
        b'<?xml version="1.0"?>\r\n<!DOCTYPE plist SYSTEM "file://localhost/System/DTDs/PropertyList.dtd">\n',
        b'<?xml version="1.0"?><!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "x.dtd">\n<!-- a -->',
    ],
    ids=["nothing", "the version", "the kind by place", "the kind by name"],
)
def test_any_usual_beginning_is_readable(before: bytes) -> None:
    message = (
        before + b'<plist version="1.0"><dict><key>a</key><true /><key>b\1</key><string>1 > 0</string></dict></plist>'
    )
    assert is_readable(message)
    assert parse_plist(message) == {"a": True, "b": "1 > 0"}


def binary(places: list[int], body: bytes) -> bytes:
    """A binary list of these objects, references of two bytes; the first is the root."""
    table = b"".join((8 + place).to_bytes(4, "big") for place in places)
    return b"bplist00" + body + table + struct.pack(">6xBBQQQ", 4, 2, len(places), 0, 8 + len(body))


def listed(*numbers: int) -> bytes:
    return b"\xaf\x11" + struct.pack(f">H{len(numbers)}H", len(numbers), *numbers)


def many_in_the_same_bytes(lists: int, members: int) -> bytes:
    root, leaf = listed(*range(1, lists + 1)), listed(*[lists + 1] * members)
    return binary([0, *[len(root)] * lists, len(root) + len(leaf)], root + leaf + b"\0")


def numbers_of_one_hash(keys: int) -> bytes:
    body = b"\xdf\x11" + struct.pack(f">H{2 * keys}H", keys, *range(1, keys + 1), *[keys + 1] * keys)
    key = b"".join(b"\x14" + ((2**61 - 1) * number).to_bytes(16, "big") for number in range(1, keys + 1))
    return binary([0, *(len(body) + 17 * number for number in range(keys)), len(body) + len(key)], body + key + b"\0")


HOSTILE_BINARY = {
    "the same bytes": many_in_the_same_bytes(20_000, 20_000),
    "keys of one hash": numbers_of_one_hash(30_000),
    "twice as much in each": binary(
        [5 * number for number in range(100)],
        b"".join(b"\xa2" + struct.pack(">HH", number + 1, number + 1) for number in range(99)) + b"\xa0",
    ),
    "one text often": binary(
        [0, 20_004], listed(*[1] * 10_000) + b"\x5f\x12" + (500_000).to_bytes(4, "big") + b"a" * 500_000
    ),
    "in itself": binary([0], b"\xa1\0\0"),
    "too many": binary([0] * 100_001, b"\0"),
    "no root": binary([], b"\0"),
    "outside": binary([9000], b"\0"),
    "no such member": binary([0], b"\xa1\0\1"),
    "longer than it is": binary([0], b"\x5f\x12\xff\xff\xff\xff"),
    "cut short": b"bplist00",
}


@pytest.mark.parametrize("message", HOSTILE_BINARY.values(), ids=HOSTILE_BINARY.keys())
def test_a_binary_list_that_grows_when_it_is_read_is_not_read(message: bytes) -> None:
    assert len(message) < MAXIMUM_MESSAGE_BYTES
    assert not is_readable(message)


@pytest.mark.parametrize(
    "value",
    [
        {},
        "é",
        {"Value": [2**63, -5, 0.5, True, datetime(2026, 3, 1), plistlib.UID(7), b"", "", [], {}]},  # noqa: DTZ001 - as plistlib has it
        {f"com.example.app{number}": {"CFBundleIdentifier": f"com.example.app{number}"} for number in range(2000)},
    ],
    ids=["empty", "text", "every kind", "apps"],
)
def test_binary_lists_as_they_are_written_are_readable(value: Any) -> None:
    message = plistlib.dumps(value, fmt=plistlib.FMT_BINARY)
    assert is_readable(message)
    assert parse_plist(message) == value


@given(st.data())
def test_any_binary_list_is_readable_or_not(data: st.DataObject) -> None:
    whole = plistlib.dumps({"a": ["b", 1, {"c": b"d" * 20}]}, fmt=plistlib.FMT_BINARY)
    changes = data.draw(st.dictionaries(st.integers(8, len(whole) - 1), st.integers(0, 255), max_size=4))
    message = bytes(changes.get(at, byte) for at, byte in enumerate(whole))
    if is_readable(message):
        with contextlib.suppress(ValueError, ProtocolError, RecursionError):
            assert len(repr(parse_plist(message))) < 100 * len(message)
