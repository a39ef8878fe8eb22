# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening to an iPhone's log over its own service, until whoever listens lets go. Runs in the driver's loop."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from phones.apple.lockdown_session import bare
from phones.apple.log_lines import LogLines
from phones.apple.log_shapes import shapes_for
from phones.apple.records import PairRecords
from phones.cleaning import clean
from phones.errors import PhoneLostError, PhoneRefusedError, ReplyMalformedError
from phones.link import AppleLog


class TellingSession(Protocol):
    """What listening needs of a lockdown connection."""

    @property
    def paired(self) -> bool:
        """A session stands."""

    async def value(self, domain: str, key: str) -> Any:
        """One lockdown value."""

    def log(self) -> AbstractAsyncContextManager[Callable[[], Awaitable[bytes]]]:
        """The log, open."""

    async def close(self) -> None:
        """Close the connection; never raises."""


class SessionOpener(Protocol):
    """Where conversations are opened."""

    @property
    def records(self) -> PairRecords:
        """Where pair records are kept."""

    async def connect(self, udid: str, record: dict[str, Any] | None) -> TellingSession:
        """As `exchanges.ConnectionOpener.connect`."""


def lines_of(request: AppleLog, hear: Callable[[str], None]) -> LogLines:
    """What the request listens for. Raises: PhoneRefusedError `unsupported` when no shape of that version is known."""
    shapes = shapes_for(request.version, *request.parts)
    if not shapes:
        raise PhoneRefusedError(reason_code="unsupported", step="log", expected="a version with shapes", got="none")
    return LogLines(shapes, hear)


async def listen(opener: SessionOpener, udid: str, request: AppleLog) -> bytes:
    """Ends only by being cancelled, or by an error. Raises: PhoneRefusedError `unsupported`, `not_paired`,
    `invalid_service`; PhoneLostError when the phone ends it; ReplyMalformedError.
    """
    lines = lines_of(request, request.hear)
    record = opener.records.current(udid)
    conversation = await opener.connect(udid, record) if record else None
    if conversation is None or not conversation.paired:
        if conversation is not None:
            await conversation.close()
        raise PhoneRefusedError(reason_code="not_paired", subject=clean(udid), step="log")
    try:
        target = await conversation.value("", "UniqueDeviceID")
        if not isinstance(target, str) or bare(target) != bare(udid):
            raise ReplyMalformedError(subject=clean(udid), step="log", expected="this phone", got="another UDID")
        async with conversation.log() as read:
            request.opened()
            while piece := await read():
                lines.take(piece)
                await asyncio.sleep(0)  # a phone that talks without end must not keep the others waiting
        raise PhoneLostError(subject=clean(udid), step="log", expected="more of the log", got="its end")
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            await conversation.close()
