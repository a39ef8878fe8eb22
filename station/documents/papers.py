# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with papers that exist: printed again, opened, graded again, held against a phone, drawn as a sample."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import ClassVar, Self

from certs.log.sampling import Sample
from phones.identity import PhoneIdentity
from phones.problem import Problem
from station.documents.document import Document, known
from station.documents.phones import PhoneNamed, names_of
from station.documents.sentences import Reason
from station.ledger.paper_events import SampleInspected
from station.session.bench_operations import Inspection
from station.session.sampling import Drawing, Lot
from station.session.summary import Standing
from station.setup.settings import Settings
from station.work.parts_recheck import PartsRecheck
from station.work.recheck import Recheck


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
    """`recheck`: a phone against its paper. `same` and `as_left` are null when it would not talk. `parts`: part → same,
    other or unknown, null unless `--parts` was given; `makers_word`: part → what the phone passes on of its maker now.
    """

    NAME: ClassVar[str] = "recheck"

    paper: str
    same: str | None
    as_left: str | None
    compared: tuple[str, ...]
    differs: tuple[str, ...]
    changed: tuple[str, ...]
    unanswered: tuple[str, ...]
    problems: tuple[Reason, ...]
    parts: Mapping[str, str] | None
    makers_word: Mapping[str, str] | None

    @classmethod
    def of(
        cls,
        paper: str,
        phone: Inspection,
        settings: Settings,
        found: Recheck | Problem,
        parts: PartsRecheck | None = None,
    ) -> Self:
        """`found`: what came of it, or why the phone would not talk."""
        compared = found if isinstance(found, Recheck) else None
        return cls(
            slot=settings.slot(phone.sighting.port),
            port=phone.sighting.port,
            **names_of(PhoneIdentity.from_values(phone.values), phone.sighting),
            paper=paper,
            same=None if compared is None else compared.same.value,
            as_left=None if compared is None else compared.as_left.value,
            compared=() if compared is None else compared.compared,
            differs=() if compared is None else compared.differs,
            changed=() if compared is None else compared.changed,
            unanswered=() if compared is None else compared.unanswered,
            problems=(Reason.of_problem(found),) if isinstance(found, Problem) else (),
            parts=None if parts is None else {name: said.value for name, said in parts.found.parts.items()},
            makers_word=None if parts is None else dict(parts.makers_word),
        )


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

    @classmethod
    def of_drawing(cls, drawing: Drawing, sample: Sample) -> Self:
        """`sample`: the drawing's, which is there."""
        return cls(
            **asdict(sample),
            population_sha256=sample.population_sha256,
            checkpoint=known(drawing.checkpoint),
            committed_before_seed=drawing.committed_before_seed,
        )


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

    @classmethod
    def of_lot(cls, lot: Lot) -> Self:
        """As it stands."""
        return cls(
            period=lot.period,
            of=lot.of,
            lot_verdict=lot.verdict.value,
            lot_size=lot.number,
            chosen=lot.chosen,
            found_clean=lot.clean,
            found_data=lot.data,
            not_inspected=lot.open_,
        )


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

    @classmethod
    def of_inspection(cls, inspected: SampleInspected) -> Self:
        """As it is in the ledger."""
        return cls(
            paper=inspected.id,
            period=inspected.period,
            found=inspected.found,
            tool=inspected.tool,
            by=inspected.by,
            grounds=known(inspected.grounds),
        )
