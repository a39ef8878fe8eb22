# SPDX-License-Identifier: GPL-3.0-or-later
"""GetDeviceInfo of MTP: its container and the data set that answers it, byte by byte; and what of it is kept.

Nothing is opened, listed or read: GetDeviceInfo is the one operation that needs no session. Its serial number is not
taken: whether it is the phone's own or one that Android draws for file transfer differs by version (`unconfirmed`), and
USB shows one already. Layout: PIMA 15740 (research android.md 3).
"""

import struct
from collections.abc import Mapping

from phones.errors import ReplyMalformedError
from phones.link import Effect, MtpDeviceInfo, Question, Reply

COMMAND, DATA, RESPONSE = 1, 2, 3
GET_DEVICE_INFO = 0x1001
OKAY = 0x2001
_CONTAINER = struct.Struct("<IHHI")
HEAD = _CONTAINER.size
LARGEST = 64 * 1024
"""Bytes of a data set; a phone that knows every operation and every kind of file stays below four thousand."""
_ARRAYS = 5  # operations, events, properties, capture formats, image formats
_TIMEOUT_S = 5.0


def question() -> Question:
    """Maker and model of a phone that shows file transfer: `product.maker`, `product.model`."""
    return Question(
        name="mtp.device_info",
        effect=Effect.READS,
        request=MtpDeviceInfo(),
        read=read_device_info,
        timeout_s=_TIMEOUT_S,
    )


def command() -> bytes:
    """The container of the command, outside a session."""
    return _CONTAINER.pack(HEAD, COMMAND, GET_DEVICE_INFO, 0)


def head(data: bytes) -> tuple[int, int, int]:
    """Length, kind and code of a container that begins `data`. Raises: ReplyMalformedError."""
    if len(data) < HEAD:
        raise ReplyMalformedError(step="mtp", expected=f"{HEAD} bytes", got=str(len(data)))
    length, kind, code, _ = _CONTAINER.unpack_from(data)
    if not HEAD <= length <= LARGEST:
        raise ReplyMalformedError(step="mtp", expected=f"{HEAD} to {LARGEST} bytes", got=str(length))
    return length, kind, code


def read_device_info(reply: Reply) -> Mapping[str, str]:
    """Maker and model of the data set. Raises: ReplyMalformedError."""
    place = 8  # standard version, extension id, extension version
    _, place = _text(reply.body, place)
    place += 2  # functional mode
    for _ in range(_ARRAYS):
        place += 4 + 2 * _number(reply.body, place)
    maker, place = _text(reply.body, place)
    model, place = _text(reply.body, place)
    told = {"product.maker": maker.strip(), "product.model": model.strip()}
    return {name: text for name, text in told.items() if text}


def _number(data: bytes, place: int) -> int:
    if place + 4 > len(data):
        raise ReplyMalformedError(step="mtp", expected="a longer data set", got=str(len(data)))
    return int.from_bytes(data[place : place + 4], "little")


def _text(data: bytes, place: int) -> tuple[str, int]:
    """A counted UTF-16 string and where it ends."""
    if place >= len(data):
        raise ReplyMalformedError(step="mtp", expected="a longer data set", got=str(len(data)))
    end = place + 1 + 2 * data[place]
    if end > len(data):
        raise ReplyMalformedError(step="mtp", expected="a longer data set", got=str(len(data)))
    text = data[place + 1 : end].decode("utf-16-le", "replace")
    return text.partition("\0")[0], end
