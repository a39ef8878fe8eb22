# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages give to be printed: a phone's label, all that the ledger has of a job, the card of its photos."""

from fastapi import Response

from station.checking.photos.card import symbol_text
from station.errors import QuestionNotFoundError
from station.printing.bench_card import card_pdf
from station.questions import PHOTOS_TAKEN
from station.service.callers import Right
from station.service.pages.page_routes import PageRoutes, Service
from station.service.routes import printing
from station.service.routing import Id

PAGES = PageRoutes()


@PAGES.add("GET", "/jobs/{job}/label.pdf", Right.READ)
def label(service: Service, job: Id) -> Response:
    """In the usual size; what is not certified says DO NOT SELL."""
    answer: Response = printing.label_pdf(service, job)
    return answer


@PAGES.add("GET", "/questions/{question}/card.pdf", Right.OPERATE)
def card(service: Service, question: Id) -> Response:
    """The card that is laid beside a phone while its photos are taken, with the job's one-time code.

    Raises: QuestionNotFoundError, also for a question about anything else.
    """
    asked = next((each for each in service.at.session.questions if each.id == question), None)
    if asked is None or asked.key != PHOTOS_TAKEN:
        raise QuestionNotFoundError(subject=question)
    code = asked.facts["code"]
    name = f'attachment; filename="card-{code}.pdf"'
    return Response(
        card_pdf(symbol_text(code), code), media_type="application/pdf", headers={"Content-Disposition": name}
    )


@PAGES.add("GET", "/jobs/{job}/audit.pdf", Right.READ)
def audit(service: Service, job: Id) -> Response:
    """Every entry, with its number and hash."""
    answer: Response = printing.audit_pdf(service, job)
    return answer
