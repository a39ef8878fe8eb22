# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples that are looked into again (R2v3): drawn by the transparency log, their sheet, and what a person found.

What the log decides nobody here chooses: a page shows it, and takes down what was found.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from certs.log.sampling import CERTIFICATES, LEAST_PERCENT, REPORTS
from phones.verdict import Verdict
from station.ledger.paper_events import SampleCommitted, SampleDrawn
from station.papers.job_log import job_of
from station.service.bodies import Key, Name
from station.service.callers import Right
from station.service.once import Asked, digest_of
from station.service.pages.page_routes import PageRoutes, Seen, Service
from station.service.pages.showing import go, part, show
from station.service.queue_bodies import Grounds, PaperId, Period
from station.service.routes.printing import sample_pdf
from station.service.routing import Id
from station.service.running import Running
from station.session import operations, sampling

PAGES = PageRoutes()
Of = Literal["certificates", "reports"]
FOUND = ("none", "data", "not_available")
_TONES: Mapping[Verdict, tuple[str, str]] = MappingProxyType(
    {Verdict.PASSED: ("good", "✓"), Verdict.FAILED: ("bad", "✗"), Verdict.INDETERMINATE: ("warn", "…")}
)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Wanted(_Body):
    """A period that is over, in UTC; `percent` as it was typed, "" for the least."""

    period: Period
    percent: Annotated[str, StringConstraints(pattern=r"^(100|[1-9][0-9]|[5-9])?$")] = ""
    of: Of = "certificates"


class Inspected(_Body):
    """What was found on the phone of that certificate. `key`: of the order, so that sending it twice writes it once."""

    certificate: PaperId
    found: Literal["none", "data", "not_available"]
    tool: Name
    key: Key
    period: Period
    of: Of
    grounds: Grounds = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sample in the list. `drawn`: None while the log's next entry, which decides, is not there."""

    period: str
    of: str
    population: int
    drawn: int | None
    verdict: str
    tone: str
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One phone of a sample. `result`: none, data, or open; `job`: "" where none is known."""

    certificate: str
    job: str
    model: str
    number: str
    slot: str
    performed_by: str
    result: str


@PAGES.add("GET", "/samples", Right.READ)
def samples(
    browser: Seen,
    service: Service,
    period: Annotated[str, Query(pattern=r"^[0-9W-]{0,10}$")] = "",
    of: Of = "certificates",
) -> Response:
    """Every sample that was drawn, or one of them. Raises: ConfigError, JobNotFoundError, LedgerError."""
    if not period:
        return show("samples.html", browser, lines=_lines(service), least=LEAST_PERCENT)
    return show("sample.html", browser, key=_new_key(), **_facts(service, period, of))


@PAGES.add("GET", "/samples/{period}/sheet.pdf", Right.READ)
def sheet(service: Service, period: Id, of: Of = "certificates") -> Response:
    """For whoever looks into its phones."""
    answer: Response = sample_pdf(service, period, of)
    return answer


@PAGES.add("POST", "/samples", Right.INSPECT)
def draw(browser: Seen, service: Service, body: Wanted) -> Response:
    """The sample of a period that is over, once; while the log is not far enough, that is said."""
    percent = int(body.percent) if body.percent else LEAST_PERCENT
    drawing = sampling.draw_here(service.at, period=body.period, percent=percent, of=body.of)
    if drawing.sample is None:
        return part("note_part.html", browser, word="page_samples.waits")
    return go(_address(body.period, body.of))


@PAGES.add("POST", "/samples/results", Right.INSPECT)
def found(browser: Seen, service: Service, body: Inspected) -> Response:
    """What a person found; who erased the phone does not inspect it.

    Raises: JobNotFoundError, InspectorPerformedError, KeyReusedError, KeyInUseError, LedgerError.
    """
    asked = Asked(caller=browser.caller.id, key=body.key, request=digest_of("sample page", body.model_dump()))

    def write() -> dict[str, Any]:
        operations.record_inspection(
            service.at,
            certificate=body.certificate.upper(),
            found=body.found,
            tool=body.tool,
            by=browser.caller.person,
            grounds=body.grounds,
        )
        return {}

    service.once.do(asked, write)
    return go(_address(body.period, body.of))


def _address(period: str, of: str) -> str:
    return f"/samples?period={quote(period, safe='')}&of={of}"


def _new_key() -> str:
    return f"page-{secrets.token_hex(12)}"


def _lines(service: Running) -> list[Line]:
    """The newest first."""
    ledger = service.at.session.jobs.ledger
    drawn = {(each.period, each.of or CERTIFICATES) for each in ledger.all_of(SampleDrawn)}
    found = []
    for each in ledger.all_of(SampleCommitted):
        name = (each.period, each.of or CERTIFICATES)
        lot = sampling.lot(ledger, sampling.period_over(each.period), name[1]) if name in drawn else None
        verdict = Verdict.INDETERMINATE if lot is None else lot.verdict
        tone, sign = _TONES[verdict]
        found.append(
            Line(
                period=each.period,
                of=name[1],
                population=each.number,
                drawn=None if lot is None else len(lot.chosen),
                verdict="waits" if lot is None else verdict.value,
                tone=tone,
                sign=sign,
            )
        )
    return found[::-1]


def _facts(service: Running, period: str, of: Of) -> dict[str, Any]:
    ledger = service.at.session.jobs.ledger
    kind = REPORTS if of == "reports" else CERTIFICATES
    lot = sampling.lot(ledger, sampling.period_over(period), kind)
    tone, sign = _TONES[lot.verdict]
    return {
        "lot": lot,
        "of": of,
        "tone": tone,
        "sign": sign,
        "phones": [_phone(service, lot, each) for each in lot.chosen],
        "found": FOUND,
    }


def _phone(service: Running, lot: sampling.Lot, certificate: str) -> Phone:
    job = job_of(service.at.session.jobs.ledger, certificate)
    known = None if job is None else job.summary
    result = "data" if certificate in lot.data else "none" if certificate in lot.clean else "open"
    return Phone(
        certificate=certificate,
        job="" if known is None else known.id,
        model="" if known is None else known.model,
        number="" if known is None else known.serial or next(iter(known.numbers), ""),
        slot="" if known is None else known.slot,
        performed_by="" if known is None else known.performed_by,
        result=result,
    )
