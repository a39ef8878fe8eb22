# SPDX-License-Identifier: GPL-3.0-or-later
"""What making papers needs of a transparency log and of a time-stamping authority.

Both are services with databases and networks (room `transparency`); this room knows only these shapes of them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from certs.formats.dss import SecurityStore
from certs.formats.x509_facts import CertificateFacts
from certs.log.entries import Entry


class LogWriter(Protocol):
    """An open transparency log that takes entries."""

    @property
    def origin(self) -> str:
        """The log's name."""

    def live_issue(self, tag: str) -> int | None:
        """Index of the ISSUE of the phone's standing certificate, or None. Raises: LogError."""

    def entry(self, index: int) -> Entry | None:
        """An entry by its index, None behind the end. Raises: LogError."""

    def append(self, entries: Sequence[Entry], *, at: datetime) -> tuple[int, ...]:
        """Append durably, each entry once; their indexes. Raises: LogError."""

    def proof(self, index: int) -> bytes:
        """The inclusion proof of an entry. Raises: LogError."""


class Stamper(Protocol):
    """A time-stamping authority that has answered once."""

    @property
    def token_room(self) -> int:
        """Bytes a paper keeps for its token."""

    def stamp(self, signature: bytes) -> bytes:
        """A token over a signature's bytes. Raises: TimeStampError."""

    def with_store(self, store: SecurityStore) -> SecurityStore:
        """`store` and what readers of the token need."""


class StamperConnector(Protocol):
    """Asks an authority for a test token. Raises: TimeStampError."""

    def __call__(self, url: str, pinned: Iterable[CertificateFacts], *, timeout_s: float) -> Stamper:
        """The authority, ready to stamp."""
