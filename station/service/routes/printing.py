# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents for people: labels, manifests, reports, audit prints and sample sheets. Nothing is printed from here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Path, Query, Response

from certs.log.sampling import CERTIFICATES, REPORTS
from phones.clock import utc_now
from station.errors import ConfigError
from station.printing import make
from station.printing.facts import label_facts
from station.printing.label_pdf import labels_pdf
from station.printing.sizes import SIZES, USUAL
from station.printing.zpl import labels_zpl
from station.service.callers import Right
from station.service.errors import ApiRefusedError
from station.service.routing import Id, Routes, Service, gives

ROUTES = Routes()
PDF = gives("application/pdf")
Size = Annotated[str, Query(pattern=f"^({'|'.join(SIZES)})$")]
Lot = Annotated[str, Path(min_length=1, max_length=64)]
Moment = Annotated[datetime, Query(description="RFC 3339; without a zone: UTC")]


@ROUTES.add("GET", "/jobs/{job}/label.pdf", Right.READ, response_class=Response, responses=PDF)
def label_pdf(service: Service, job: Id, size: Size = USUAL) -> Response:
    """A label for the shelf; it says DO NOT SELL where the phone has no certificate that stands."""
    facts = label_facts(service.at.session.jobs.to_act_on(job))
    return _pdf(labels_pdf([facts], SIZES[size]), f"{job}-label")


@ROUTES.add("GET", "/jobs/{job}/label.zpl", Right.READ, response_class=Response, responses=gives("application/zpl"))
def label_zpl(service: Service, job: Id, size: Size = USUAL, dpi: Literal["203", "300"] = "203") -> Response:
    """The same in ZPL, for a label printer."""
    facts = label_facts(service.at.session.jobs.to_act_on(job))
    zpl = labels_zpl([facts], SIZES[size], int(dpi))
    return Response(zpl, media_type="application/zpl", headers=_named(f"{job}-label.zpl"))


@ROUTES.add("GET", "/jobs/{job}/audit.pdf", Right.READ, response_class=Response, responses=PDF)
def audit_pdf(service: Service, job: Id) -> Response:
    """Everything the ledger has of the job, in plain words, with numbers and hashes."""
    return _pdf(make.audit(service.at.home, service.at.session.jobs.to_act_on(job), at=_now()), f"{job}-audit")


@ROUTES.add("GET", "/lots/{lot}/manifest.pdf", Right.READ, response_class=Response, responses=PDF)
def manifest_pdf(service: Service, lot: Lot, numbers: Literal["ends", "whole"] = "ends") -> Response:
    """The phones of a lot one by one, with totals. `numbers`: the last digits, or whole serial numbers and IMEIs."""
    home, jobs = service.at.home, service.at.session.jobs
    return _pdf(make.manifest(home, jobs, lot, at=_now(), whole_numbers=numbers == "whole"), "manifest")


@ROUTES.add("GET", "/reports/shift.pdf", Right.READ, response_class=Response, responses=PDF)
def shift_pdf(service: Service, since: Moment, until: Moment) -> Response:
    """What was done in that time, a week at most."""
    begin, over = (each if each.tzinfo else each.replace(tzinfo=UTC) for each in (since, until))
    with _given():
        return _pdf(make.shift(service.at.home, service.at.session.jobs, begin, over, at=_now()), "shift")


@ROUTES.add("GET", "/reports/month.pdf", Right.READ, response_class=Response, responses=PDF)
def month_pdf(service: Service, month: Annotated[str, Query(pattern=r"^[0-9]{4}-[0-9]{2}$")]) -> Response:
    """What was done in a month, such as 2026-11."""
    with _given():
        return _pdf(make.month(service.at.home, service.at.session.jobs, month, at=_now()), month)


@ROUTES.add("GET", "/samples/{period}/sheet.pdf", Right.READ, response_class=Response, responses=PDF)
def sample_pdf(service: Service, period: Id, of: Literal["certificates", "reports"] = "certificates") -> Response:
    """The sheet of a sample that was drawn, for whoever inspects its phones again."""
    kind = REPORTS if of == "reports" else CERTIFICATES
    with _given():
        home, jobs = service.at.home, service.at.session.jobs
        return _pdf(make.sample(home, jobs, period, at=_now(), of=kind), f"sample-{period}")


@contextmanager
def _given() -> Iterator[None]:
    """A time that is none is a mistake of the request. Raises: ApiRefusedError."""
    try:
        yield
    except ConfigError as error:
        raise ApiRefusedError(cause=error.subject, status=422) from error


def _now() -> datetime:
    return utc_now().astimezone()


def _pdf(data: bytes, name: str) -> Response:
    return Response(data, media_type="application/pdf", headers=_named(f"{name}.pdf"))


def _named(file: str) -> dict[str, str]:
    """`file`: of letters that a header takes as they are."""
    return {"Content-Disposition": f'attachment; filename="{file}"'}
