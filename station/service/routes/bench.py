# SPDX-License-Identifier: GPL-3.0-or-later
"""The phones on the bench, the erase in two steps, and questions."""

from fastapi import Response

from station.service import bodies
from station.service.callers import Right
from station.service.routing import IN_THE_WAY, NOT_THERE, OVER, From, Id, Key, Routes, Service, tell
from station.service.told import BenchTold, Done, EraseBegun, PhoneOnBench, PlanTold, QuestionsTold, QuestionTold

ROUTES = Routes()


@ROUTES.add("GET", "/phones", Right.SEE, response_model=BenchTold)
def phones(service: Service) -> Response:
    """The phones on the bench, those first that need a person."""
    rows = tuple(PhoneOnBench.of(row) for row in service.bench.rows())
    return tell(BenchTold(phones=rows, notes=dict(service.at.bench.notes())))


@ROUTES.add("POST", "/plans", Right.OPERATE, status=201, response_model=PlanTold)
def make_plan(service: Service, caller: From, body: bodies.PlanWanted) -> Response:
    """First step of an erase: what would be done to this phone. Changes nothing."""
    return tell(PlanTold.of(service.plan(caller, body.phone, method=body.method or "")), 201)


@ROUTES.add(
    "POST",
    "/plans/{plan}/confirm",
    Right.OPERATE,
    status=202,
    refuses=(NOT_THERE, IN_THE_WAY, OVER),
    response_model=EraseBegun,
)
def confirm_plan(service: Service, caller: From, plan: Id, body: bodies.Confirmation, key: Key) -> Response:
    """Second step: ERASES the phone of the plan."""
    begun = service.confirm(caller, plan, plan_hash=body.plan_hash, number=body.number, operator=body.operator, key=key)
    return tell(begun, 202)


@ROUTES.add("GET", "/questions", Right.SEE, response_model=QuestionsTold)
def questions(service: Service) -> Response:
    """What waits for a person, oldest first."""
    told = tuple(QuestionTold.of(each) for each in service.at.session.questions)
    return tell(QuestionsTold(questions=told))


@ROUTES.add(
    "POST",
    "/questions/{question}/answer",
    Right.OPERATE,
    refuses=(NOT_THERE, IN_THE_WAY, OVER),
    response_model=Done,
)
def answer(service: Service, caller: From, question: Id, body: bodies.Answer) -> Response:
    """Answer a question; the first answer counts, whoever gives it."""
    service.answer(caller, question, body.choice, operator=body.operator)
    return tell(Done())
