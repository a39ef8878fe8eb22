# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be kept of a reply in a recording: what the product's own reader takes out of it, and no more.

Two steps. Every word and number of the reply is masked in its shape (`x` for a letter, `0` for a digit) unless
the reader's allow-listed values change by it: what nobody reads cannot betray anybody. What remains and names
the phone is put in other words by a map of fakes: the same real number becomes the same fake in one recording.
Then the reader must get the same values out of the result, fakes for numbers, or nothing is kept.
"""

import base64
import binascii
import re
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from phones.allowed import allowed
from phones.attestation.evidence import ECHOED, FAMILY
from phones.errors import PhoneError, ProofwipeError
from phones.identifiers import SHAPES, Shape
from phones.identity import plain
from phones.imei import luhn_holds
from phones.link import Reader, Reply

FAKE_TAC = "00499901"
"""Type allocation codes beginning with 00 are for tests; no phone on sale bears one."""
SHORTEST_TEXT = 4
"""Shorter numbers are replaced where they stand alone; a leak of three characters names nobody."""
LARGEST_REPLY = 512 * 1024
MOST_TRIES = 20_000
"""How often a reader is asked about one reply; a long inspection of a virtual phone takes about a thousand."""

_TOKEN = re.compile(rb"\\u[0-9a-fA-F]{4}|\\[nrtbf\"\\/]|[A-Za-z0-9\x80-\xff]+")
_DRAW = re.compile(r"(?<![0-9a-fA-F])(?:[0-9a-f]{32}|[0-9a-f]{16})(?![0-9a-fA-F])")
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]|(?<=[A-Za-z0-9+/])(?:\\n|\s)+(?=[A-Za-z0-9+/])){24,}={0,2}")
_CERTIFICATES = re.compile(rb'("certificates"\s*:\s*")[^"]*')
_BREAK = re.compile(rb"\\n|\s+")
_WORD = re.compile(rb"(?<![0-9a-fx])([0-9a-f]{8})(?![0-9a-f:])")
_PARCEL = b"Parcel("
_NEW_UDID = re.compile(r"0000[0-9a-f]{4}[0-9a-f]{16}")
"""Number of the chip and ECID; what only looks like one may say more in its first half."""
_MASK = bytes.maketrans(
    bytes(range(256)),
    bytes(48 if 48 <= code < 58 else 120 if chr(code).isalpha() or code >= 128 else code for code in range(256)),
)


class RecordingUnsafeError(ProofwipeError):
    """Something of the phone could not be taken out of a recording; nothing was written."""

    code = "recording_unsafe"


class Fakes:
    """Real number → fake, stable within one recording, made by counting, so that nothing can be guessed back.

    A kind is a label of `phones.identifiers`, whose shape says what a fake looks like.
    """

    _ORDER: ClassVar[tuple[str, ...]] = tuple(sorted(SHAPES, key=lambda label: SHAPES[label] is Shape.TEXT))
    """Texts last: what stands in two places, as a UDID and as a serial number, is faked in its narrower shape."""

    def __init__(self) -> None:
        self._by_plain: dict[str, str] = {}
        self._real: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._draws: dict[str, str] = {}  # first half → as much of it as was seen

    @property
    def reals(self) -> tuple[str, ...]:
        """Every real number met so far, in every way of writing that was met.

        A number that is its own fake is none: it comes from a recording that is played back and recorded again.
        """
        return tuple(real for real, fake in self._real.items() if real != fake)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Real and fake, longest first."""
        return tuple(sorted(self._real.items(), key=lambda pair: -len(pair[0])))

    def learn(self, kind: str, real: str) -> str:
        """The fake of a real number; the same one each time, however it is written."""
        if not real:
            return ""
        shape = SHAPES[kind]
        key = plain(real).replace(":", "") if shape is Shape.MAC else plain(real)
        if key not in self._by_plain:
            self._by_plain[key] = self._new(kind, key)
        fake = _written_like(real, self._by_plain[key])
        self._real.setdefault(real, fake)
        if shape is Shape.UDID and len(key) == 24:  # two ways of writing: with a hyphen and without
            self._real.setdefault(f"{key[:8]}-{key[8:]}", _written_like("-", self._by_plain[key]))
            self._real.setdefault(key, self._by_plain[key])
        return fake

    def learn_all(self, values: Mapping[str, str]) -> None:
        """Every identifier among a reader's values."""
        found = {name: text for name, text in values.items() if text and text != "malformed"}
        for kind in self._ORDER:
            for name, text in found.items():
                if allowed(name).identifier == kind:
                    self.learn(kind, text)

    def value(self, name: str, text: str) -> str:
        """An allow-listed value with fakes for numbers."""
        kind = allowed(name).identifier
        return self.learn(kind, text) if kind and text != "malformed" else text

    def request(self, text: str) -> str:
        """Our own random texts, which differ each time, put as their numbers; reals too."""
        for token in _DRAW.findall(text):
            full = self._draws.setdefault(token[:16], token)
            self._draws[token[:16]] = max(full, token, key=len)
        return self.drawn(self.text(text.encode("utf-8", "surrogateescape"))).decode("utf-8", "surrogateescape")

    def drawn(self, data: bytes) -> bytes:
        """`data` with our random texts put as their numbers, also within base64."""
        return _everywhere(data, lambda part: _swap(part, self._numbered()))

    def undrawn(self, data: bytes) -> bytes:
        """The inverse of `drawn`, with the random texts of this job; for replays."""
        pairs = [(fake, real) for real, fake in self._numbered()]
        return _everywhere(data, lambda part: _swap(part, pairs))

    def _numbered(self) -> list[tuple[bytes, bytes]]:
        """Random text and what stands for it, whole ones before their first halves, which are used too."""
        found = [(real.encode(), _number_text(place).encode()) for place, real in enumerate(self._draws.values(), 1)]
        return [(real, fake[: len(real)]) for real, fake in found] + [(real[:16], fake[:16]) for real, fake in found]

    def text(self, data: bytes) -> bytes:
        """`data` with every real number replaced: plain, in UTF-16, hex, base64 and in parcel words."""
        return _parcels(_everywhere(data, self._plainly), self._plainly)

    def _plainly(self, data: bytes) -> bytes:
        for real, fake in self.pairs:
            pattern = re.escape(real.encode())
            if len(real) < SHORTEST_TEXT:
                data = re.sub(rb"(?<![A-Za-z0-9])" + pattern + rb"(?![A-Za-z0-9])", fake.encode(), data)
                continue
            data = re.sub(pattern, _caser(fake), data, flags=re.IGNORECASE)
            for code in ("utf-16-le", "utf-16-be"):
                data = data.replace(real.encode(code), fake.encode(code))
            data = data.replace(real.encode().hex().encode(), fake.encode().hex().encode())
        return data

    def _new(self, kind: str, key: str) -> str:
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        match SHAPES[kind]:
            case Shape.IMEI:
                return _imei(key, number)
            case Shape.ECID:
                return str(0x00FA4E0000000000 + number)
            case Shape.DECIMAL:
                return ("9990" + str(number).zfill(max(0, len(key) - 4)))[-len(key) :]
            case Shape.UDID:
                return self._udid(key, number)
            case Shape.MAC:
                return f"02fa4e{number:06x}"
            case Shape.HEX:
                return ("fa4e" + f"{number:x}".zfill(max(0, len(key) - 4)))[: len(key)]
            case Shape.TEXT:
                long = len(key) >= 6
                return "fake" + str(number).zfill(len(key) - 4) if long else "f" + str(number).zfill(len(key) - 1)

    def _udid(self, key: str, number: int) -> str:
        """A new UDID ends in the ECID; its first half names the chip, which many phones share."""
        if not _NEW_UDID.fullmatch(key):
            return "fa4e" + f"{number:x}".zfill(len(key) - 4)
        return key[:8] + f"{int(self.learn('ecid', str(int(key[8:], 16)))):016x}"


def redacted(reply: Reply, read: Reader, fakes: Fakes, *, asked: str) -> Reply:
    """The reply with nothing in it but what `read` takes, fakes for numbers; our random texts stay for now.

    `fakes` must have learnt the identifiers of all replies of the recording first (`values_of`).
    Raises: RecordingUnsafeError when the reader does not get the same out of the result.
    """
    if len(reply.body) + len(reply.error) > LARGEST_REPLY:
        raise RecordingUnsafeError(step=asked, expected=f"at most {LARGEST_REPLY} bytes", got="more")
    # Gone, not masked: where digits stand in base64 says something of the number that stands there.
    reply = Reply(status=reply.status, body=_CERTIFICATES.sub(rb"\1", reply.body), error=reply.error)
    wanted, tries = values_of(reply, read), 0

    def same(candidate: Reply) -> bool:
        nonlocal tries
        tries += 1
        if tries > MOST_TRIES:
            raise RecordingUnsafeError(step=asked, expected=f"at most {MOST_TRIES} tries", got="more")
        return values_of(candidate, read) == wanted

    masked = _masked(reply, same)
    done = Reply(status=masked.status, body=fakes.text(masked.body), error=fakes.text(masked.error))
    told = None if wanted is None else {name: fakes.value(name, text) for name, text in wanted.items()}
    if values_of(done, read) != told:
        raise RecordingUnsafeError(step=asked, expected="the same values", got="others")
    return done


def values_of(reply: Reply, read: Reader) -> dict[str, str] | None:
    """What a reader takes, as the witness would keep it; None when the reply is not of the documented shape.

    An attestation counts as read by nobody: its certificates are one phone's, and even with fakes in place of its
    numbers the old signature would tell whether a guessed IMEI is the right one.
    """
    try:
        values = {name: allowed(name).admit(text) for name, text in read(reply).items()}
    except PhoneError:
        return None
    return {name: text for name, text in values.items() if not name.startswith((FAMILY, ECHOED))}


def _masked(reply: Reply, same: Callable[[Reply], bool]) -> Reply:
    """As much masked as can be without the reader noticing."""
    body, error = bytearray(reply.body), bytearray(reply.error)
    places = [
        (data, hit.span())
        for data in (body, error)
        for hit in _TOKEN.finditer(bytes(data))
        if (not hit[0].startswith(b"\\") or hit[0].startswith(b"\\u")) and _mask(hit[0]) != hit[0]
    ]

    def attempt(part: list[tuple[bytearray, tuple[int, int]]]) -> None:
        before = [bytes(data[start:end]) for data, (start, end) in part]
        for data, (start, end) in part:
            data[start:end] = _mask(bytes(data[start:end]))
        if same(Reply(status=reply.status, body=bytes(body), error=bytes(error))):
            return
        for (data, (start, end)), old in zip(part, before, strict=True):
            data[start:end] = old
        if len(part) > 1:
            half = len(part) // 2
            attempt(part[:half])
            attempt(part[half:])

    if places:
        attempt(places)
    return Reply(status=reply.status, body=bytes(body), error=bytes(error))


def _mask(token: bytes) -> bytes:
    return b"\\u0078" if token.startswith(b"\\u") else token.translate(_MASK)


def _everywhere(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """`change` applied to the data and to what base64 in it means; line breaks within base64 stay where they are."""

    def inside(hit: re.Match[bytes]) -> bytes:
        raw = hit[0]
        letters = _BREAK.sub(b"", raw)
        whole = letters[: len(letters) // 4 * 4]
        try:
            meaning = base64.b64decode(whole, validate=True)
        except (binascii.Error, ValueError):
            return raw
        new = change(meaning)
        if new == meaning or len(new) != len(meaning):
            return raw
        return _broken_like(raw, base64.b64encode(new) + letters[len(whole) :])

    return change(_BASE64.sub(inside, data))


def _broken_like(raw: bytes, letters: bytes) -> bytes:
    out, place, taken = bytearray(), 0, 0
    for gap in _BREAK.finditer(raw):
        length = gap.start() - place
        out += letters[taken : taken + length] + gap[0]
        taken, place = taken + length, gap.end()
    return bytes(out + letters[taken:])


def _parcels(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """`service call` prints UTF-16 as words of four bytes, least significant last."""

    def inside(raw: bytes) -> bytes:
        places = list(_WORD.finditer(raw))
        meaning = b"".join(struct.pack("<I", int(word[1], 16)) for word in places)
        new = change(meaning)
        if new == meaning or len(new) != len(meaning):
            return raw
        out = bytearray(raw)
        for number, word in enumerate(places):
            (value,) = struct.unpack_from("<I", new, 4 * number)
            out[word.start(1) : word.end(1)] = f"{value:08x}".encode()
        return bytes(out)

    out, place = bytearray(), 0
    while (begin := data.find(_PARCEL, place)) >= 0 and (end := data.find(b")", begin)) >= 0:
        out += data[place:begin] + inside(data[begin : end + 1])
        place = end + 1
    return bytes(out + data[place:])


def _swap(data: bytes, pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    for real, fake in pairs:
        data = data.replace(real, fake)
    return data


def _number_text(number: int) -> str:
    """32 hex digits that say which of our random texts stood here; the first 16 say it too."""
    return str(number).rjust(16, "e") * 2


def _imei(key: str, number: int) -> str:
    """As long as the real one, and with a check digit that holds exactly if the real one's does."""
    body = FAKE_TAC + str(number).zfill(max(1, len(key) - len(FAKE_TAC) - 1))
    check = next(digit for digit in "0123456789" if luhn_holds(body + digit))
    return body + (check if not key.isdigit() or luhn_holds(key) else str((int(check) + 1) % 10))


def _written_like(real: str, fake: str) -> str:
    """Hyphens and colons where the real one has them; letters as large."""
    if ":" in real:
        fake = ":".join(fake[place : place + 2] for place in range(0, len(fake), 2))
    elif "-" in real and len(fake) == 24:
        fake = f"{fake[:8]}-{fake[8:]}"
    return fake.upper() if any(letter.isupper() for letter in real) else fake


def _caser(fake: str) -> Callable[[re.Match[bytes]], bytes]:
    """The fake in the letters of what it replaces."""

    def cased(hit: re.Match[bytes]) -> bytes:
        return (fake.upper() if any(65 <= code < 91 for code in hit[0]) else fake.lower()).encode()

    return cased
