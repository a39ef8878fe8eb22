# SPDX-License-Identifier: GPL-3.0-or-later
"""The link to a phone's file transfer, which is asked one thing: GetDeviceInfo, without a session."""

from typing import Protocol

from phones.clock import Clock, SystemClock
from phones.errors import PhoneRefusedError, PhoneSilentError, ReplyMalformedError
from phones.link import MtpDeviceInfo, Reply, Request
from phones.mtp.device_info import DATA, GET_DEVICE_INFO, HEAD, LARGEST, OKAY, RESPONSE, command, head

_ROOM = 16 * 1024
_MOST_TRANSFERS = 64


class Pipe(Protocol):
    """Carries transfers (phones.usb.bulk.BulkPipe)."""

    def write(self, data: bytes, *, timeout_s: float) -> None:
        """Send one transfer."""

    def read(self, *, timeout_s: float, room: int) -> bytes:
        """The next transfer."""

    def close(self) -> None:
        """Let go; never raises."""


class MtpLink:
    """A link to file transfer."""

    name = "mtp"

    def __init__(self, pipe: Pipe, *, clock: Clock | None = None) -> None:
        self._pipe = pipe
        self._clock = clock or SystemClock()

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """See Link.exchange. Answers MtpDeviceInfo; refuses the rest as a phone with debugging off."""
        if not isinstance(request, MtpDeviceInfo):
            raise PhoneRefusedError(
                reason_code="no_debugging", step="send", expected="a request for MTP", got=type(request).__name__
            )
        until = self._clock.monotonic() + timeout_s
        self._pipe.write(command(), timeout_s=timeout_s)
        taken = bytearray()
        data = self._container(taken, until)
        if head(data)[1] == RESPONSE:  # no data: it says why not
            raise PhoneRefusedError(reason_code="refused", step="mtp", expected="device information", got="none")
        if head(data)[1:] != (DATA, GET_DEVICE_INFO):
            raise ReplyMalformedError(step="mtp", expected="device information", got="another container")
        if head(self._container(taken, until))[1:] != (RESPONSE, OKAY):
            raise ReplyMalformedError(step="mtp", expected="OK after the data", got="something else")
        return Reply(body=data[HEAD:])

    def close(self) -> None:
        """See Link.close."""
        self._pipe.close()

    def _container(self, taken: bytearray, until: float) -> bytes:
        """One whole container from the front of `taken`, read on as far as is needed."""
        for _ in range(_MOST_TRANSFERS):
            if len(taken) >= HEAD and len(taken) >= (length := head(bytes(taken[:HEAD]))[0]):
                container = bytes(taken[:length])
                del taken[:length]
                return container
            left = until - self._clock.monotonic()
            if left <= 0:
                raise PhoneSilentError(step="mtp", expected="an answer in time", got="none")
            taken += self._pipe.read(timeout_s=left, room=_ROOM)
            if len(taken) > LARGEST + _ROOM:
                break
        raise ReplyMalformedError(step="mtp", expected="a whole container", got="no end of it")
