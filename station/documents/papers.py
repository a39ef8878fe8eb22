# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with papers that exist: printed again, opened, graded again, held against a phone, drawn as a sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from station.documents.document import Document
from station.documents.phones import PhoneNamed
from station.documents.sentences import Reason
from station.session.summary import Standing


@dataclass(frozen=True, kw_only=True)
class PaperPrinted:
    """A paper that was written again."""

    job: str
    paper: str
    standing: Standing | None
    path: str


@dataclass(frozen=True, kw_only=True)
class PapersPrinted(Document):
    """`reprint`."""

    NAME: ClassVar[str] = "reprint"

    papers: tuple[PaperPrinted, ...]


@dataclass(frozen=True, kw_only=True)
class CopyMade(Document):
    """`copy`: a paper with sealed fields opened."""

    NAME: ClassVar[str] = "copy"

    job: str
    paper: str
    path: str
    opened_fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GradeCheck:
    """One check that a grade rests on."""

    check: str
    weight: str
    check_outcome: str
    limit: str
    measured: str | None
    source: str
    moment: str
    evidence_numbers: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class GradeTold(Document):
    """`regrade`: the grade of a record's phone by a scheme."""

    NAME: ClassVar[str] = "grade"

    scheme: str
    scheme_version: str
    scheme_sha256: str
    grade: str | None
    functional: str
    battery_band: str
    cosmetic: str
    capped_by: tuple[Reason, ...]
    checks: tuple[GradeCheck, ...]
    mappings: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class PhoneRechecked(PhoneNamed, Document):
    """`recheck`: a phone against its paper. `same` and `as_left` are null when it would not talk."""

    NAME: ClassVar[str] = "recheck"

    paper: str
    same: str | None
    as_left: str | None
    compared: tuple[str, ...]
    differs: tuple[str, ...]
    changed: tuple[str, ...]
    unanswered: tuple[str, ...]
    problems: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class SampleTold(Document):
    """`sample draw`, and the file that `sample check` reads."""

    NAME: ClassVar[str] = "sample"

    period: str
    percent: int
    origin: str
    population: tuple[str, ...]
    population_sha256: str
    index: int
    root: str
    chosen: tuple[str, ...]
    checkpoint: str | None
    committed_before_seed: bool
    of: str


@dataclass(frozen=True, kw_only=True)
class SampleChecked(Document):
    """`sample check`: null while the log does not reach far enough."""

    NAME: ClassVar[str] = "sample-check"

    holds: bool | None
    differing_field: str | None


@dataclass(frozen=True, kw_only=True)
class SampleLot(Document):
    """`sample lot`: what the inspection of a sample says of the lot it was drawn from."""

    NAME: ClassVar[str] = "sample-lot"

    period: str
    of: str
    lot_verdict: str
    lot_size: int
    chosen: tuple[str, ...]
    found_clean: tuple[str, ...]
    found_data: tuple[str, ...]
    not_inspected: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SampleResult(Document):
    """`sample result`: what a person found on a phone of the sample."""

    NAME: ClassVar[str] = "sample-result"

    paper: str
    period: str
    found: str
    tool: str
    by: str
    grounds: str | None
