# SPDX-License-Identifier: GPL-3.0-or-later
"""What an iPhone sends costs the one event loop little, whatever it is."""

import codecs
import contextlib
import plistlib
import time
from xml.parsers.expat import ExpatError

import pytest
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
