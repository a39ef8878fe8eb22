# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs, their decisions and their papers."""

import base64
from typing import Annotated

from fastapi import Query, Response

from certs.editions.interface import moment
from certs.record.facts import Person, Validation
from certs.record.validation import SUBJECT_SCHEMA
from phones.given_files import read_given
from station.documents.jobs import JobsTold, JobTold
from station.errors import FileUnusableError, JobNotFoundError
from station.ledger.job_filter import JobFilter
from station.papers.paper_names import current_file
from station.service import bodies, queue_bodies
from station.service.callers import Right
from station.service.errors import ApiRefusedError
from station.service.routing import From, Id, Routes, Service, gives, tell
from station.service.told_station import ToSign
from station.session import operations
from station.session.summary import paper_of
from station.text.language import os_reason

ROUTES = Routes()
MOST_JOBS = 200
LARGEST_PAPER = 64 * 1024 * 1024


@ROUTES.add("GET", "/jobs", Right.READ, response_model=JobsTold)
def jobs(
    service: Service,
    find: Annotated[str, Query(max_length=100)] = "",
    awaiting: bool = False,  # noqa: FBT001, FBT002 - the shape of a query
    most: Annotated[int, Query(ge=1, le=MOST_JOBS)] = 50,
    skip: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """Jobs, newest first. `find`: a text in id, slot, model, numbers, papers or technician."""
    wanted = JobFilter(text=find, awaiting=awaiting)
    found = service.at.session.jobs.select(wanted, most=most, skip=skip)
    return tell(JobsTold(jobs=tuple(JobTold.of(each, None) for each in found)))


@ROUTES.add("GET", "/jobs/{job}", Right.READ, response_model=JobsTold)
def one_job(service: Service, job: Id) -> Response:
    """One job, by its id."""
    found = service.at.session.jobs.by_id(job)
    return tell(JobsTold(jobs=(JobTold.of(found.summary, None),)))


@ROUTES.add("POST", "/jobs/{job}/decision", Right.DECIDE, response_model=JobsTold)
def decide(service: Service, caller: From, job: Id, body: queue_bodies.Decision) -> Response:
    """A validator accepts or rejects a verified job, under their own key where they have one."""
    by = caller.validator(service.at.home, body.validator)
    operations.decide(
        service.at,
        job=job,
        accept=body.accept,
        by=by.name,
        seen=body.seen,
        grounds=body.grounds,
        despite_newer=body.despite_newer,
        signed=None if body.signed is None else _validation(body, body.signed, by),
    )
    return one_job(service, job)  # type: ignore[no-any-return]  # the decorator knows no types


@ROUTES.add("POST", "/jobs/{job}/decision/content", Right.DECIDE, response_model=ToSign)
def content_to_sign(service: Service, job: Id, body: queue_bodies.Seen) -> Response:
    """What a validator with a key of their own signs for: the digest of what they were shown. Decides nothing."""
    content = operations.what_is_signed(service.at, job=job, seen=body.seen)
    return tell(ToSign(job=job, seen=body.seen, content=content, subject_schema=SUBJECT_SCHEMA, role="validator"))


@ROUTES.add("POST", "/jobs/{job}/correction", Right.OPERATE, response_model=JobsTold)
def correct(service: Service, caller: From, job: Id, body: queue_bodies.Correction) -> Response:
    """Other answers about the phone's condition, while a decision is waited for; the earlier ones stay written."""
    by = caller.operator(service.at.home, body.operator)
    operations.correct(service.at, job=job, answers=body.answers, by=by.name, reason=body.reason)
    return _acted_on(service, caller, job)


@ROUTES.add("POST", "/jobs/{job}/abandon", Right.OPERATE, response_model=JobsTold)
def abandon(service: Service, caller: From, job: Id, body: bodies.Nothing) -> Response:
    """Give up a phone on which nothing was begun."""
    by = caller.operator(service.at.home, body.operator)
    operations.abandon(service.at, job=job, by=by.name)
    return _acted_on(service, caller, job)


@ROUTES.add("POST", "/jobs/{job}/skip-check", Right.OPERATE, response_model=JobsTold)
def skip_check(service: Service, caller: From, job: Id, body: bodies.Skipped) -> Response:
    """The check that is under way is not done, or no further one; what is not done is not tested."""
    caller.operator(service.at.home, body.operator)
    operations.skip_check(service.at, job=job, rest=body.rest)
    return _acted_on(service, caller, job)


@ROUTES.add("GET", "/jobs/{job}/paper.pdf", Right.READ, response_class=Response, responses=gives("application/pdf"))
def paper_pdf(service: Service, job: Id) -> Response:
    """The job's newest paper, as it is filed."""
    found = service.at.session.jobs.by_id(job).summary
    if not found.filed_paper:
        raise JobNotFoundError(subject=job)
    path = service.at.home.papers / current_file(found)
    try:
        pdf = read_given(path, LARGEST_PAPER)
    except OSError as error:  # somebody took it away; the command `reprint` writes it again
        raise FileUnusableError(subject=path.name, cause=os_reason(error)) from error
    name = f'attachment; filename="{job}.pdf"'
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": name})


@ROUTES.add("GET", "/jobs/{job}/record.json", Right.READ, response_class=Response, responses=gives("application/json"))
def paper_record(service: Service, job: Id) -> Response:
    """The record that the paper carries: canonical JSON, what its signature is over."""
    found = service.at.session.jobs.by_id(job)
    return Response(paper_of(found).record, media_type="application/json")


def _acted_on(service: Service, caller: From, job: str) -> Response:
    """The job after an effect, as far as who had it may read."""
    told = JobTold.of(service.at.session.jobs.by_id(job).summary, None)
    return tell(JobsTold(jobs=(told if caller.has(Right.READ) else told.without_numbers(),)))


def _validation(body: queue_bodies.Decision, signed: queue_bodies.Signature, by: Person) -> Validation:
    """The decision as its validator signed it. Raises: ApiRefusedError."""
    try:
        return Validation(
            decision="accepted" if body.accept else "rejected",
            by=by,
            at=moment(signed.at),
            grounds=body.grounds,
            certificate=base64.b64decode(signed.certificate, validate=True),
            signature=base64.b64decode(signed.signature, validate=True),
        )
    except ValueError as error:
        raise ApiRefusedError(cause="signed", status=422) from error
