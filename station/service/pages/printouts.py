# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages give to be printed: a phone's label, and everything the ledger has of a job."""

from fastapi import Response

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


@PAGES.add("GET", "/jobs/{job}/audit.pdf", Right.READ)
def audit(service: Service, job: Id) -> Response:
    """Every entry, with its number and hash."""
    answer: Response = printing.audit_pdf(service, job)
    return answer
