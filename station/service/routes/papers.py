# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with papers that are out: withdrawn, printed again, held against the phone on the bench."""

from fastapi import Response

from certs import editions
from station.documents.jobs import JobsTold
from station.documents.papers import PhoneRechecked
from station.service import queue_bodies
from station.service.callers import Right
from station.service.routes.jobs import one_job
from station.service.routing import From, Id, Routes, Service, gives, tell
from station.session import operations
from station.session.rechecking import inspected_against
from station.session.summary import paper_of

ROUTES = Routes()


@ROUTES.add("POST", "/jobs/{job}/withdrawal", Right.DECIDE, response_model=JobsTold)
def withdraw(service: Service, caller: From, job: Id, body: queue_bodies.Withdrawal) -> Response:
    """The job's certificate no longer stands, and the log says so to everybody; this can never be taken back."""
    by = caller.validator(service.at.home, body.validator)
    operations.withdraw(service.at, job=job, reason=body.reason, by=by.name, grounds=body.grounds)
    return one_job(service, job)  # type: ignore[no-any-return]  # the decorator knows no types


@ROUTES.add("POST", "/jobs/{job}/reprint", Right.READ, response_class=Response, responses=gives("application/pdf"))
def reprint(service: Service, job: Id, body: queue_bodies.Copy) -> Response:
    """The job's newest paper drawn and signed once more, PDF; with sealed fields opened it is not for buyers."""
    pdf = operations.copy_paper(service.at, job=job, opened=tuple(body.opened)).pdf
    name = f'attachment; filename="{job}{"-disclosed" if body.opened else ""}.pdf"'
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": name})


@ROUTES.add("POST", "/jobs/{job}/recheck", Right.OPERATE, response_model=PhoneRechecked)
def recheck(service: Service, job: Id, body: queue_bodies.Rechecking) -> Response:
    """The phone on the bench against the job's newest paper: the same one, and as it was left? Reads only."""
    record = editions.read_record(paper_of(service.at.session.jobs.by_id(job)).record.encode()).facts
    phone, found = inspected_against(service.at, record, wanted=body.phone)
    return tell(PhoneRechecked.of(record.id, phone, service.at.settings, found))
