# SPDX-License-Identifier: GPL-3.0-or-later
"""The station itself: keys, ledger, health, recordings, codes, the demo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from station.documents.document import Document
from station.documents.jobs import JobTold


@dataclass(frozen=True, kw_only=True)
class StationMade(Document):
    """`init`."""

    NAME: ClassVar[str] = "init"

    home: str
    root_folder: str
    key_id: str
    specimen: bool
    origin: str


@dataclass(frozen=True, kw_only=True)
class PersonNamed:
    """Somebody who may act at this station."""

    person: str
    role: str


@dataclass(frozen=True, kw_only=True)
class CertificateIssued:
    """A certificate of a key, as X.509 has them: not of a phone."""

    kind: str
    holder: str
    key_id: str
    valid_until: datetime
    revoked_at: datetime | None
    revoked_because: str | None


@dataclass(frozen=True, kw_only=True)
class ListsRenewed:
    """Until when each revocation list counts; null when it is missing."""

    organisation: datetime | None
    root_list: datetime | None


@dataclass(frozen=True, kw_only=True)
class KeysTold(Document):
    """`keys show`."""

    NAME: ClassVar[str] = "keys"

    issuer: str
    station: str
    key_id: str
    valid_until: datetime
    root_sha256: str
    root_words: str
    root_path: str
    people: tuple[PersonNamed, ...]
    certificates: tuple[CertificateIssued, ...]
    revocation_lists: ListsRenewed


@dataclass(frozen=True, kw_only=True)
class ValidatorMade(Document):
    """`keys validator`."""

    NAME: ClassVar[str] = "validator"

    person: str
    key_id: str
    path: str


@dataclass(frozen=True, kw_only=True)
class ThingChecked:
    """One thing that `doctor` looked at. `sentence`: what it means that it does not work; null when it works."""

    check: str
    state: str
    detail: str | None
    sentence: str | None
    next_step: str | None


@dataclass(frozen=True, kw_only=True)
class StationChecked(Document):
    """`doctor`."""

    NAME: ClassVar[str] = "doctor"

    checks: tuple[ThingChecked, ...]


@dataclass(frozen=True, kw_only=True)
class LedgerVerified(Document):
    """`ledger verify`; a ledger that is not whole is an error."""

    NAME: ClassVar[str] = "ledger-verify"

    size: int
    head: str
    unchecked_checkpoints: int


@dataclass(frozen=True, kw_only=True)
class RecordingMade(Document):
    """`record`."""

    NAME: ClassVar[str] = "recording"

    folder: str
    exchanges: int
    whole_job: bool


@dataclass(frozen=True, kw_only=True)
class CodeExplained:
    """What a code means."""

    code: str
    kind: str
    sentence: str
    next_step: str | None


@dataclass(frozen=True, kw_only=True)
class CodesExplained(Document):
    """`explain`: the code that was asked for, or all of them."""

    NAME: ClassVar[str] = "explain"

    codes: tuple[CodeExplained, ...]


@dataclass(frozen=True, kw_only=True)
class DemoPhone(JobTold):
    """A phone of the demo. `called`: by its scenario."""

    called: str


@dataclass(frozen=True, kw_only=True)
class DemoTold(Document):
    """`demo`, and its file summary.json."""

    NAME: ClassVar[str] = "demo"

    seconds: float
    deadlines: Mapping[str, float]
    technician: Mapping[str, object]
    phones: tuple[DemoPhone, ...]
