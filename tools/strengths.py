# SPDX-License-Identifier: GPL-3.0-or-later
"""Papers of one kind of phone, each proven in another strength: whole lives of virtual phones, drawn by the real page.

Every paper is a specimen. What is shown of a page is cut out where its own words stand: from the sentence of a
certificate, or the reasons of a report, to the end of what is claimed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from certs.editions import in_work
from certs.issue import issue
from certs.keys.attestation_roots import signed_by
from certs.keys.authority import create_authority
from certs.page import layout, qr
from certs.page.labels import label
from certs.page.layout_front import phone_name
from certs.page.parts import coded
from certs.page.sheet import Box, Sheet
from certs.record.reading import read_document
from certs.record.record import Record
from certs.record.schema import RecordDocument
from certs.record.statement import qr_text
from station.papers.paper_issuer import facts_of
from station.setup.settings import Overwrite
from tests.support import lives
from tests.support.attestation import root_document, set_document
from tests.support.attestation_desk import CHALLENGED, VIRTUAL, FakeDesk
from tests.support.direct_bench import VirtualClock
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUER
from wipe.overwrite.plan import OverwritePlan

SETTINGS = lives.SETTINGS
OVERWRITING = replace(SETTINGS, overwrite=Overwrite(passes=1))
GALAXY = {**lives.PIXEL_13, "model": "samsung-galaxy-s24-android-15"}
"""Encrypted since its launch, by a maker of whose keys the rules know what becomes of them."""
SMALL = {**GALAXY, "set": {"storage": {"bytes": 63_990_000, "data_kib": 62_070}}}
"""A chip of 64 MB instead of 128 GB, filled in a second; 92 % of it can be reached."""
PLAN = OverwritePlan(file_bytes=8 * 1024**2, chunk_bytes=8 * 1024)
_EDGE, _FRAME = 5.0, 15.0  # points around a text; around the reasons of a report, which stand in a frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper. `strips`: what is shown of its first page, top and bottom in points; `text`: what stands there."""

    name: str
    pdf: bytes
    record: Record
    strips: tuple[tuple[float, float], ...]
    text: str


def _lived(phone: Mapping[str, Any], **more: Any) -> Callable[[bytes], lives.Life]:
    return lambda _roots: lives.live(phone, **more)


def _attested(roots: bytes) -> lives.Life:
    return lives.live(GALAXY, settings=CHALLENGED, desk=FakeDesk(signed=roots))


LIVES: Mapping[str, Callable[[bytes], lives.Life]] = {
    "E1": _lived(GALAXY, method="android_reopen"),
    "E2": _lived(lives.PIXEL_13),
    "E3": _lived(GALAXY),
    "E3A": _attested,
    "overwritten": _lived(SMALL, settings=OVERWRITING, overwrite=PLAN),
    "overwritten_unproven": _lived(SMALL, settings=OVERWRITING, overwrite=PLAN, method="android_reopen"),
}
"""By name: the life whose paper it is. Each is handed the set of attestation roots that the issuer signed."""


def papers() -> tuple[Paper, ...]:
    """All of them, in the order in which they are shown."""
    authority = create_authority(ISSUER, "bench-1", now=VirtualClock().now(), specimen=True)
    roots = signed_by(
        authority.organisation, set_document(root_document(spki_sha256=VIRTUAL.root_digest, name="SPECIMEN"), version=2)
    )
    signer = authority.signer()
    made = []
    for name, live in LIVES.items():
        facts = facts_of(live(roots).job, in_work())
        record = Record.of_job(
            facts,
            ISSUER,
            signer.station,
            "basic",
            issued_at=facts.finished_at + timedelta(minutes=5),
            certificate_id=CERTIFICATE_ID,
            edition=in_work(),
        )
        paper = issue(record, signer)
        strips = _strips(read_document(dict(record.read.plain)), qr_text(paper.statement))
        made.append(
            Paper(
                name=name,
                pdf=paper.pdf,
                record=record,
                strips=tuple((strip[0].top - edge, max(box.bottom for box in strip) + edge) for strip, edge in strips),
                text="\n".join(box.text for strip, _ in strips for box in strip),
            )
        )
    return tuple(made)


def _strips(document: RecordDocument, code: str) -> list[tuple[list[Box], float]]:
    """The texts of the first page about the proof, and the room around them; of a report in two parts, for between
    them stands the phone.
    """
    boxes: list[Box] = []
    sheet = Sheet(boxes)
    layout.draw(sheet, document, symbol=qr.modules(code), record_digest="0" * 64)
    sheet.finish()
    front = sorted((box for box in boxes if box.page == 0), key=lambda box: (box.top, box.left))

    def between(first: str, after: str) -> list[Box]:
        top, end = (next(box.top for box in front if box.text == words) for words in (first, after))
        return [box for box in front if top <= box.top < end]

    residues = label("section.residues").zh
    if document.is_report:
        outcome = coded("outcome", document.outcome.title).zh
        reasons = between(outcome, phone_name(document)), _FRAME
        return [reasons, (between(label("section.erase").zh, residues), _EDGE)]
    return [(between(label("result.verified").zh, residues), _EDGE)]
