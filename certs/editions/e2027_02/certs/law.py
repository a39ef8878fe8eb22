# SPDX-License-Identifier: GPL-3.0-or-later
"""The law of a paper, as one door: everything that decides what a record must say and how its page is drawn.

This module and all it imports, up to the layers that stay current (tools/editions/boundary.py), is what
`make release-edition` copies into an edition. Whoever judges or makes a paper comes in here, by way of
`certs.editions`: through the edition its record names, never past it.
"""

from collections.abc import Mapping, Sequence

from certs.editions.interface import (
    CardFacts,
    CommittedNumber,
    Decision,
    Draft,
    ErasureVerdict,
    Fault,
    LogEntryPlace,
    RecordFacts,
)
from certs.formats.dss import SecurityStore
from certs.editions.e2027_02.certs.page import draw
from certs.page.pdf_profile import PaperFile
from certs.editions.e2027_02.certs.record import recompute, validated_content
from certs.editions.e2027_02.certs.record.qr_summary import statement_of
from certs.editions.e2027_02.certs.record.reading import ReadRecord, read_document
from certs.editions.e2027_02.certs.record.schema import RecordDocument
from certs.record.statement import Statement
from certs.editions.e2027_02.grading import schemes
from certs.editions.e2027_02.grading.grade import grade
from certs.editions.e2027_02.phones.attestation.grounds import grounds_of
from certs.editions.e2027_02.phones.evidence import Evidence
from phones.frozen import dataclass
from certs.editions.e2027_02.phones.identifiers import ON_PAPER
from certs.editions.e2027_02.phones.port import Platform
from certs.editions.e2027_02.phones.verdict import Verdict
from certs.editions.e2027_02.wipe.report import EraseReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One record that passed the schema (`certs.editions.interface.RecordReading`)."""

    read: ReadRecord
    facts: RecordFacts

    @property
    def data(self) -> bytes:
        """The record's exact bytes."""
        return self.read.data

    @property
    def plain(self) -> Mapping[str, object]:
        """The same as plain JSON types."""
        return self.read.plain

    def fault(self) -> Fault | None:
        """What does not follow from its evidence."""
        return recompute.fault_of(self.read)

    def statement(self) -> Statement:
        """What its QR statement must say."""
        return statement_of(self.read.document, self.read.data)

    def content_digest(self) -> str:
        """What a validator's signature stands under."""
        return validated_content.content_digest(self.read.plain)

    def graded(self, scheme: str) -> Mapping[str, object]:
        """Its phone's grade by another scheme, plain JSON types."""
        document = self.read.document
        graded = grade(
            document.evidence,
            platform=Platform(document.device.platform),
            verdict=document.erase.verdict,
            scheme=schemes.load(scheme),
        )
        found = recompute.plain(graded)
        if not isinstance(found, dict):
            raise TypeError("a grade is a table")
        return found

    def drawing(
        self,
        *,
        attached: bytes,
        statement: bytes,
        qr_text: str,
        contents_bytes: int,
        proof: bytes = b"",
        openings: bytes = b"",
        store: SecurityStore | None = None,
    ) -> PaperFile:
        """Its page and everything around it, unsigned."""
        return draw.drawing(
            self.read.document,
            record_bytes=attached,
            statement=statement,
            qr_text=qr_text,
            contents_bytes=contents_bytes,
            proof=proof,
            openings=openings,
            store=store,
        )


def read(data: bytes, plain: Mapping[str, object]) -> Reading:
    """The record of these bytes, whose canonical JSON is `plain`. Raises: RecordMalformedError for its fields."""
    document = read_document(plain)
    return Reading(read=ReadRecord(data=data, plain=plain, document=document), facts=_facts(document))


def draft(job: Mapping[str, object], terms: Mapping[str, object]) -> Draft:
    """The record a job gets. Raises: RecordMalformedError, SchemeError, RulesError."""
    from certs.editions.e2027_02.certs.record.draft import draft_of, read_terms  # noqa: PLC0415 - a verifier makes no record
    from certs.editions.e2027_02.certs.record.facts import read_job  # noqa: PLC0415 - as above

    made, found = draft_of(read_job(job), read_terms(terms))
    return Draft(reading=Reading(read=made, facts=_facts(made.document)), refusals=found)


def regraded(plain: Mapping[str, object], scheme: str) -> Mapping[str, object]:
    """The grade, by the law in work, of a record that another edition's law has read. `plain`: that record.

    What this law would not have kept counts neither for nor against. Raises: SchemeError.
    """
    from certs.editions.e2027_02.certs.record.draft import known  # noqa: PLC0415 - as in `draft`

    evidence, device, erase = plain["evidence"], plain["device"], plain["erase"]
    if not (isinstance(evidence, list) and isinstance(device, dict) and isinstance(erase, dict)):
        raise TypeError("a record has evidence, a device and an erase")
    found = recompute.plain(
        grade(
            known(tuple(Evidence.from_json(piece) for piece in evidence)),
            platform=Platform(device["platform"]),
            verdict=Verdict(erase["verdict"]),
            scheme=schemes.load(scheme),
        )
    )
    if not isinstance(found, dict):
        raise TypeError("a grade is a table")
    return found


def verdict(evidence: Sequence[Mapping[str, object]], method: str) -> ErasureVerdict:
    """What the evidence proves. Raises: RulesError, ValueError, TypeError."""
    from certs.editions.e2027_02.certs.record.draft import known  # noqa: PLC0415 - as in `draft`
    from certs.editions.e2027_02.certs.record.judged import report_on  # noqa: PLC0415 - as in `draft`

    pieces = known(tuple(Evidence.from_json(piece) for piece in evidence))
    report = report_on(pieces, method)
    return ErasureVerdict(verdict=report.verdict.value, level=report.level.value, reasons=tuple(report.reasons))


def _facts(document: RecordDocument) -> RecordFacts:
    device, place, said = document.device, document.log, document.validation
    return RecordFacts(
        schema=document.schema,
        edition=document.edition,
        id=document.id,
        issued_at=document.issued_at,
        is_report=document.is_report,
        emulated=document.emulated,
        title=document.outcome.title,
        reasons=document.outcome.reasons,
        issuer=document.issuer.name,
        station=document.station.name,
        key_id=document.station.key_id,
        log=None
        if isinstance(place, str)
        else LogEntryPlace(
            origin=place.origin,
            device_tag=place.device_tag,
            start=place.start,
            attempt=place.attempt,
            anchor=place.anchor,
        ),
        opened_at=document.job.opened_at,
        attempt=document.job.attempt,
        platform=device.platform,
        maker=device.maker,
        model=device.model,
        marketing_name=device.marketing_name,
        identifiers=tuple(
            CommittedNumber(
                name=each.name,
                label=each.label,
                commitment=device.commitment(each),
                last4=device.last_four(each),
                shown=bool(each.shown),
            )
            for each in sorted(ON_PAPER, key=lambda each: (not each.shown, each.shown))
        ),
        salt=device.salt,
        nist_method=document.erase.claims.nist_method,
        level=document.erase.level,
        usability=document.grade.usability if document.grade else "",
        retention_until=document.retention_until,
        validation=Decision(
            decision=said.decision,
            by=said.by,
            role=said.role,
            at=said.at,
            grounds=said.grounds,
            certificate=said.certificate,
            signature=said.signature,
        ),
        sealed=document.sealed,
        attestation=document.erase.attestation.code if document.erase.attestation else "",
        attestation_roots_signer=grounds_of(document.evidence).signer if document.erase.attestation else "",
        card=_card(document.erase),
    )


def _card(erase: EraseReport) -> CardFacts | None:
    """None where no method was begun: nothing was looked at."""
    state, treated = erase.residues.get("sd"), erase.card
    if state is None:
        return None
    if treated is None:
        return CardFacts(state=state)
    return CardFacts(
        state=state,
        is_overwritten=not treated.reasons,
        capacity_bytes=treated.capacity_bytes,
        file_system=treated.file_system,
        written_bytes=treated.written_bytes,
        passes=treated.passes,
        chunks_total=treated.chunks_total,
        chunks_drawn=treated.chunks_drawn,
        chunks_matching=treated.chunks_matching,
        at_most_ppm=treated.at_most_ppm,
        reasons=treated.reasons,
    )
