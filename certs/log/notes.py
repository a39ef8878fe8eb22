# SPDX-License-Identifier: GPL-3.0-or-later
"""C2SP signed-note, tlog-checkpoint and the Ed25519 half of tlog-cosignature: reading and checking, not signing.

Everything here comes from outside: sizes are bounded and only `LogReadError` leaves.
"""

import base64
import binascii
import hashlib
import re
from datetime import datetime

from certs.crypto import verify_ed25519
from certs.log.errors import LogReadError
from certs.log.merkle import HASH_BYTES
from phones.clock import moment_of
from phones.frozen import dataclass

ED25519, COSIGNATURE = 0x01, 0x04
COSIGNATURE_BYTES = 8 + 64  # time and signature
LARGEST_NOTE = 128 * 1024
MOST_SIGNATURES = 64
LARGEST_SIZE = 2**63 - 1
LONGEST_NAME = 90  # a signature line then fits a line of the record's anchor
_DASH = "\u2014 "
LATEST = 253402300799  # 9999-12-31T23:59:59Z: what `datetime` can hold
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NO_NAME = re.compile(r"[\s+\x00-\x1f\ud800-\udfff]")
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line. `data`: what follows the 4 bytes of the key's id."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        """As it stands in a note, without the newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.data).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note taken apart; nothing is checked yet. `text` ends with its newline."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a log's tree as its note says it."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text."""
        return checkpoint_text(self.origin, self.size, self.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key with its name: `<name>+<id, hex>+<base64 of type and key>`. `kind`: ED25519 or COSIGNATURE."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256 over name, newline, type and key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """From its text. Raises: LogReadError."""
        parts = text.split("+", 2)
        if len(parts) != 3 or not is_name(parts[0]):
            raise LogReadError(fault="key_malformed", got=text[:80])
        material = unbase64(parts[2], fault="key_malformed")
        if len(material) != 33 or material[0] not in (ED25519, COSIGNATURE):
            raise LogReadError(fault="key_unsupported", got=text[:80])
        key = cls(name=parts[0], kind=material[0], public=material[1:])
        if parts[1] != key.key_id.hex():
            raise LogReadError(fault="key_malformed", got=text[:80])
        return key

    def made(self, signature: Signature) -> bool:
        """Does the line say that this key made it?"""
        return signature.name == self.name and signature.key_id == self.key_id

    def check(self, text: str, signature: Signature) -> datetime | None:
        """Check a line this key is said to have made; the time in it for a cosignature.

        Raises: LogReadError (a failing signature of a known key spoils the whole note).
        """
        if self.kind == ED25519:
            if len(signature.data) != 64 or not verify_ed25519(self.public, signature.data, text.encode()):
                raise LogReadError(fault="signature_wrong", got=self.name)
            return None
        if len(signature.data) != COSIGNATURE_BYTES:
            raise LogReadError(fault="signature_wrong", got=self.name)
        seconds = int.from_bytes(signature.data[:8], "big")
        if not 0 < seconds <= LATEST or not verify_ed25519(
            self.public, signature.data[8:], cosigned_text(text, seconds).encode()
        ):
            raise LogReadError(fault="signature_wrong", got=self.name)
        return moment_of(seconds)


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """The text of a checkpoint without extension lines."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def cosigned_text(text: str, seconds: int) -> str:
    """What a witness signs."""
    return f"cosignature/v1\ntime {seconds}\n{text}"


def read_note(data: bytes | str) -> Note:
    """Take a note apart. Raises: LogReadError."""
    if len(data) > LARGEST_NOTE:
        raise LogReadError(fault="note_malformed", got="size")
    text = decode(data, fault="note_malformed")
    body, empty, lines = text.rpartition("\n\n")
    if not empty or not lines.endswith("\n"):
        raise LogReadError(fault="note_malformed", got="shape")
    return Note(text=body + "\n", signatures=read_signatures(lines))


def read_signatures(lines: str) -> tuple[Signature, ...]:
    """Signature lines, each ending in a newline. Raises: LogReadError."""
    found = lines.split("\n")
    if found.pop() or not 1 <= len(found) <= MOST_SIGNATURES:
        raise LogReadError(fault="note_malformed", got="signatures")
    return tuple(_signature(line) for line in found)


def _signature(line: str) -> Signature:
    parts = line.removeprefix(_DASH).split(" ")
    if not line.startswith(_DASH) or len(parts) != 2 or not is_name(parts[0], longest=LARGEST_NOTE):
        raise LogReadError(fault="note_malformed", got="signature line")
    data = unbase64(parts[1], fault="note_malformed")
    if len(data) < 5:
        raise LogReadError(fault="note_malformed", got="signature")
    return Signature(name=parts[0], key_id=data[:4], data=data[4:])


def read_checkpoint(note: Note) -> Checkpoint:
    """The checkpoint in a note's text. Extension lines, which nobody can audit, are refused. Raises: LogReadError."""
    lines = note.text.split("\n")
    if len(lines) != 4 or not lines[0] or len(lines[0]) > LONGEST_NAME:
        raise LogReadError(fault="checkpoint_malformed", got="lines")
    root = unbase64(lines[2], fault="checkpoint_malformed")
    if len(root) != HASH_BYTES:
        raise LogReadError(fault="checkpoint_malformed", got="root")
    return Checkpoint(origin=lines[0], size=read_number(lines[1], fault="checkpoint_malformed"), root=root)


def read_number(text: str, *, fault: str) -> int:
    """A size or index in its only spelling. Raises: LogReadError."""
    if not _NUMBER.fullmatch(text) or int(text) > LARGEST_SIZE:
        raise LogReadError(fault=fault, got="number")
    return int(text)


def unbase64(text: str, *, fault: str) -> bytes:
    """Standard base64 in its only spelling. Raises: LogReadError."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise LogReadError(fault=fault, got="base64") from error
    if binascii.b2a_base64(data, newline=False).decode() != text:
        raise LogReadError(fault=fault, got="base64")
    return data


def decode(data: bytes | str, *, fault: str) -> str:
    """UTF-8 without control characters but newline. Raises: LogReadError."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
        text.encode()
    except UnicodeError as error:
        raise LogReadError(fault=fault, got="utf-8") from error
    if _CONTROL.search(text):
        raise LogReadError(fault=fault, got="control character")
    return text


def is_name(name: str, *, longest: int = LONGEST_NAME) -> bool:
    """May a key be called that? No spaces of any kind, no plus, no control characters."""
    return 0 < len(name) <= longest and not _NO_NAME.search(name)
