# SPDX-License-Identifier: GPL-3.0-or-later
"""One paper under examination: what the verifier's checks have found out so far, and how a check says no."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from certs.editions.interface import moment
from certs.formats.x509_facts import CertificateFacts
from certs.verify.trust import Trust

if TYPE_CHECKING:  # a file whose bytes were changed is refused before any of these is loaded
    from certs.editions.interface import RecordReading
    from certs.formats.cms import SignedDigest
    from certs.formats.dss import SecurityStore
    from certs.formats.pdf_signature import SignedFile
    from certs.log.reading import Proven, Snapshot
    from certs.page.pdf_profile import PaperFile
    from certs.record.record import Record

CLOCK_TOLERANCE = timedelta(days=1)
"""How far the clock of who reads may be behind the clock of who issued."""
CLOCK_SKEW = timedelta(minutes=10)
"""How far the clocks of bench, witness and time-stamping authority may be apart."""


class Failed(Exception):
    """The paper is not valid. Control flow between a check and the list; never leaves the verifier."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail
        super().__init__(code)


class Inconclusive(Failed):
    """It cannot be told."""


class CannotGoOn(Inconclusive):
    """It cannot be told, and nothing that comes after can be asked."""


class Case:
    """Each check fills in what the later ones need.

    `drawn`: the paper before it was signed, if it was drawn a moment ago by the one who asks; b"" otherwise.
    `made`: the record of a paper made a moment ago, by the one who asks; what was asked of its bytes when it was made
    is not asked again.
    `times`: moments at which somebody pinned had seen the paper (witness, time-stamping authority).
    """

    signed: "SignedFile"
    parts: "SignedDigest"
    station: CertificateFacts
    organisation: CertificateFacts
    paper: "PaperFile"
    record: "RecordReading"

    def __init__(
        self,
        *,
        data: bytes,
        trust: Trust,
        identifier: str,
        at: datetime,
        drawn: bytes = b"",
        made: "Record | None" = None,
        status: "Snapshot | None" = None,
    ) -> None:
        """`identifier`: as typed, "" for none. `at`: the moment for which the answer is given."""
        self.data, self.trust, self.identifier, self.at = data, trust, identifier, at
        self.drawn, self.made, self.status = drawn, made, status
        self.root: CertificateFacts | None = None
        self.store: SecurityStore | None = None
        self.record_bytes = self.statement = self.proof = self.openings = b""
        self.opened: dict[str, str] = {}
        self.proven: Proven | None = None
        self.times: list[datetime] = []
        self.warnings: list[str] = []

    @property
    def issued_at(self) -> datetime:
        """When the record says it was issued."""
        return moment(self.record.facts.issued_at)

    @property
    def seen_at(self) -> datetime | None:
        """The earliest moment at which the paper is proven to have existed, or None."""
        return min(self.times, default=None)
