# SPDX-License-Identifier: GPL-3.0-or-later
"""What an iPhone sends costs the one event loop little, whatever it is."""

import contextlib
import plistlib
import time
from xml.parsers.expat import ExpatError

import pytest

from phones.apple.library import MAXIMUM_MESSAGE_BYTES, is_readable

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>Value</key>'
TAIL = b"</dict></plist>"
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
        HEAD + b"<string " + b"".join(b'a%d="" ' % number for number in range(180_000)) + b"/>" + TAIL,
    ],
    ids=["numbers", "brackets", "blanks", "comments", "dates", "letters", "digits", "attributes"],
)
def test_no_message_holds_the_others_up(message: bytes) -> None:
    begun = time.thread_time()
    if is_readable(message):
        with contextlib.suppress(ValueError, LookupError, ExpatError):
            plistlib.loads(message, fmt=plistlib.FMT_XML)
    assert time.thread_time() - begun < SECONDS


def test_what_iphones_send_is_readable() -> None:
    table = {"Value": {"a" * 100: ["<&>" * 2000, b"\0" * 9000, 1, 2.5, True]}}
    assert is_readable(plistlib.dumps(table))
    assert is_readable(plistlib.dumps(table, fmt=plistlib.FMT_BINARY))


def test_a_tag_with_thousands_of_attributes_is_not() -> None:
    assert not is_readable(HEAD + b"<string " + b'a="" ' * 1000 + b"/>" + TAIL)
