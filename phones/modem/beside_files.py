# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone without debugging: its file transfer and its modem under one link, each opened when it is first asked."""

from collections.abc import Callable

from phones.errors import PhoneLostError
from phones.link import Link, ModemIdentity, Reply, Request


class PlainLink:
    """`files` and `modem` open the link to either, or give None where the phone has none."""

    name = "plain"

    def __init__(self, files: Callable[[], Link | None], modem: Callable[[], Link | None]) -> None:
        self._open = {False: files, True: modem}
        self._links: dict[bool, Link] = {}

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """See Link.exchange. Raises: PhoneLostError where the phone has nothing that is asked this."""
        to_modem = isinstance(request, ModemIdentity)
        if to_modem not in self._links:
            link = self._open[to_modem]()
            if link is None:
                raise PhoneLostError(step="open", expected="a modem" if to_modem else "file transfer", got="none")
            self._links[to_modem] = link
        return self._links[to_modem].exchange(request, timeout_s=timeout_s)

    def close(self) -> None:
        """See Link.close."""
        for link in self._links.values():
            link.close()
        self._links.clear()
