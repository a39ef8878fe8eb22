# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of a station, each by one call: the same for a command and for a call of the API. Nothing is written."""

from calendar import monthrange
from datetime import date, datetime

from certs.log.sampling import CERTIFICATES, REPORTS
from certs.log.sampling import period as period_named
from station.errors import NotInitialisedError, ParameterError, SampleNotDrawnError
from station.ledger.job import Job
from station.ledger.job_filter import JobFilter
from station.printing.audit import audit_pdf
from station.printing.manifest import Manifest, manifest_pdf, overtaken
from station.printing.report import Report, hours, report_pdf
from station.printing.sample_sheet import sample_pdf
from station.session import lots, statistics
from station.session.jobs import Jobs
from station.setup.home import Home
from station.setup.people import load as load_company
from station.text.language import text

_MOMENT = "%Y-%m-%d %H:%M"


def station_name(home: Home) -> str:
    """Owner and name of the station; "" where nobody has said. Raises: ParameterError."""
    try:
        company = load_company(home.keys)
    except NotInitialisedError:  # a demo's folder
        return ""
    return f"{company.issuer.name} · {company.station}"


def manifest(home: Home, jobs: Jobs, name: str, *, at: datetime, whole_numbers: bool = False) -> bytes:
    """The manifest of a lot. Raises: LotNotFoundError for one that nobody named; LedgerError."""
    ledger = jobs.ledger
    lot = lots.lot(ledger, name)
    held = tuple(ledger.view.each(JobFilter(lot=lot.name)))
    made = Manifest(
        lot=lot.name,
        jobs=held,
        overtaken=overtaken(ledger, held),
        phones=lot.total.arrived,
        expected=lot.total.expected,
        models=() if lot.stated is None else tuple((each.model, each.expected) for each in lot.stated.models),
        not_come=lot.not_come,
    )
    return manifest_pdf(made, station=station_name(home), at=at, whole_numbers=whole_numbers)


def shift(home: Home, jobs: Jobs, begin: datetime, end: datetime, *, at: datetime) -> bytes:
    """The report of the jobs opened from `begin` to before `end`, both aware; at most a week.

    Raises: ParameterError for no such time; LedgerError.
    """
    try:
        slices = hours(begin, end)
        period = f"{begin.astimezone().strftime(_MOMENT)} – {end.astimezone().strftime(_MOMENT)}"
        counted = jobs.ledger.view.statistics(slices)
    except (ValueError, OverflowError) as error:  # a zone's clock has no time before the year 1, or after 9999
        raise ParameterError(subject="shift", expected=text("word.shift_expected"), got=str(error)) from error
    return report_pdf(
        Report(title=text("print.shift"), period=period, counted=counted), station=station_name(home), at=at
    )


def month(home: Home, jobs: Jobs, name: str, *, at: datetime) -> bytes:
    """The report of a month of the machine's own clock, such as "2026-11". Raises: ParameterError; LedgerError."""
    try:
        first = datetime.strptime(name, "%Y-%m").date()  # noqa: DTZ007 - a name, no moment
    except ValueError as error:
        raise ParameterError(subject="month", expected=text("word.month_expected"), got=name[:40]) from error
    period = statistics.period(first, _last_of(first))
    counted = statistics.statistics(jobs, period)
    return report_pdf(
        Report(title=text("print.month"), period=name, counted=counted), station=station_name(home), at=at
    )


def audit(home: Home, job: Job, *, at: datetime) -> bytes:
    """The audit print of a job whose entries were checked (`Jobs.to_act_on`). Raises: LedgerError."""
    return audit_pdf(job, station=station_name(home), at=at)


def sample(home: Home, jobs: Jobs, name: str, *, at: datetime, of: str = CERTIFICATES) -> bytes:
    """The sheet of a sample that was drawn.

    Raises: ParameterError for what is no period; SampleNotDrawnError; LogMissingError, LogError, LedgerError.
    """
    from station.session.sampling import written_sample

    try:
        wanted = period_named(name)
    except ValueError as error:
        raise ParameterError(subject="period", expected="2026-11, 2026-W48, 2026-11-29", got=name[:40]) from error
    drawing = written_sample(home, jobs.ledger, wanted, of=of)
    if drawing.sample is None:
        raise SampleNotDrawnError(subject=wanted.name, reports=of == REPORTS)
    return sample_pdf(drawing, station=station_name(home), at=at)


def _last_of(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])
