# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the signature stands in a paper's bytes: one place, one spelling, everything else covered.

Works on bytes alone, by fixed patterns; no PDF parser is involved. The page (`certs.page`) draws the file with
a blank signature of the exact size; here it is filled in and, by a verifier, taken out and blanked again.
"""

import hashlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from certs.formats import cms
from phones.frozen import dataclass

if TYPE_CHECKING:
    from certs.record.issuer import Signer

LARGEST_FILE = 8 * 1024 * 1024
_HEADER = b"%PDF-1.7\n"
_END = b"%%EOF\n"
_BLANK_RANGE = b"/ByteRange [0 0000000000 0000000000 0000000000]"
_RANGE = re.compile(rb"/ByteRange \[0 ([0-9]{10}) ([0-9]{10}) ([0-9]{10})\]")
_CONTENTS = re.compile(rb"/Contents <([0-9a-f]{64,40000})>")


class StructureError(ValueError):
    """The bytes are not of our closed profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    """A file of our structure with its one signature, not verified yet.

    `container`: the CMS bytes. `digest`: SHA-256 over everything but them. `covers_all`: does the byte range
    say that everything but them is covered?
    """

    container: bytes
    digest: bytes
    covers_all: bool


def sign_file(
    unsigned: bytes, signer: "Signer", *, token_room: int = 0, stamp: Callable[[bytes], bytes] | None = None
) -> bytes:
    """Fill the blank signature of a drawn paper. `token_room`, `stamp`: as `certs.formats.cms.sign` takes them.

    Raises: StructureError when the blank is not there as agreed, CmsError.
    """
    opening, closing = _contents(unsigned)
    room = 2 * cms.container_bytes(signer.station, token_room)
    if unsigned.count(_BLANK_RANGE) != 1 or closing - opening - 2 != room:
        raise StructureError("no blank signature of the right size")
    filled = b"/ByteRange [0 %010d %010d %010d]" % (opening, closing, len(unsigned) - closing)
    covered = unsigned.replace(_BLANK_RANGE, filled)
    digest = hashlib.sha256(covered[:opening] + covered[closing:]).digest()
    container = cms.sign(digest, signer, token_room=token_room, stamp=stamp)
    return covered[:opening] + b"<" + container.hex().encode() + b">" + covered[closing:]


def read_file(data: bytes) -> SignedFile:
    """Find the one signature and what it covers. Raises: StructureError."""
    _check_structure(data)
    opening, closing = _contents(data)
    numbers = [int(text) for text in _range(data).groups()]
    return SignedFile(
        container=bytes.fromhex(data[opening + 1 : closing - 1].decode()),
        digest=hashlib.sha256(data[:opening] + data[closing:]).digest(),
        covers_all=numbers == [opening, closing, len(data) - closing],
    )


def blanked(data: bytes) -> bytes:
    """A file whose structure was read before, with its one signature blank again, as it was drawn."""
    opening, closing = _contents(data)
    emptied = data[: opening + 1] + b"0" * (closing - opening - 2) + data[closing - 1 :]
    return _RANGE.sub(_BLANK_RANGE, emptied, count=1)


def _check_structure(data: bytes) -> None:
    if len(data) > LARGEST_FILE:
        raise StructureError("too large")
    if not data.startswith(_HEADER):
        raise StructureError("header")
    if not data.endswith(_END):
        raise StructureError("end of file")
    for token in (b"%%EOF", b"startxref", b"/ByteRange", b"%PDF-"):
        if data.count(token) != 1:
            raise StructureError(f"{token.decode()} stands {data.count(token)} times")
    _range(data)


def _range(data: bytes) -> re.Match[bytes]:
    """The one byte range, in its one spelling."""
    found = _RANGE.match(data, data.find(b"/ByteRange"))
    if found is None:
        raise StructureError("byte range")
    return found


def _contents(data: bytes) -> tuple[int, int]:
    """Offsets of `<` and of the byte after `>`."""
    found = _CONTENTS.match(data, data.find(b"/Contents <"))
    if found is None or len(found[1]) % 2 or data.count(b"/Contents <") != 1:
        raise StructureError("signature contents")
    return found.start(1) - 1, found.end(1) + 1
