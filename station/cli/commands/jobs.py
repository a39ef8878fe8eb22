# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe jobs`: what this station has done, filtered and counted, or the story of one job."""

import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import cli_text, output
from station.cli.cli_text import stage_text
from station.cli.commands.options import json_option, reading_home_of, settings_of
from station.documents.job_words import last_digits, local_time, paper_status_text, reason_text
from station.ledger.job_filter import JobFilter
from station.ledger.stages import Stage
from station.ledger.summary import JobSummary
from station.session.summary import reasons_of
from station.text.language import text

if TYPE_CHECKING:
    from station.session.jobs import Jobs

PAGE = 50
"""Jobs a list for people shows, unless told otherwise."""
MOST = 1_000_000
_DAYS: Mapping[str, int] = {"today": 0, "yesterday": 1, "今天": 0, "昨天": 1}


@cli_text.command("jobs")
@click.argument("name", required=False, metavar="[JOB|PAPER|SERIAL|IMEI]")
@click.option("--open", "only_open", is_flag=True, help=text("option.only_open"))
@click.option("--awaiting", is_flag=True, help=text("option.awaiting"))
@click.option("--withdrawn", is_flag=True, help=text("option.only_withdrawn"))
@click.option("--stage", "stages", multiple=True, metavar="STAGE", help=text("option.stage"))
@click.option("--since", metavar="DAY", help=text("option.since"))
@click.option("--until", metavar="DAY", help=text("option.until"))
@click.option("--operator", metavar="NAME", default="", help=text("option.by_operator"))
@click.option("--model", metavar="TEXT", default="", help=text("option.by_model"))
@click.option("--reason", metavar="CODE", default="", help=text("option.by_reason"))
@click.option("--find", "wanted", metavar="TEXT", default="", help=text("option.find_jobs"))
@click.option("--lot", metavar="NAME", default="", help=text("option.by_lot"))
@click.option("--asset-tag", metavar="TEXT", default="", help=text("option.by_asset_tag"))
@click.option("--limit", type=click.IntRange(1, MOST), help=text("option.limit"))
@click.option("--page", type=click.IntRange(1, MOST), default=1, help=text("option.page"))
@click.option(
    "--csv", "sheet", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), help=text("option.jobs_csv")
)
@json_option()
@click.pass_context
def command(
    context: click.Context,
    name: str | None,
    only_open: bool,
    awaiting: bool,
    withdrawn: bool,
    stages: tuple[str, ...],
    since: str | None,
    until: str | None,
    operator: str,
    model: str,
    reason: str,
    wanted: str,
    lot: str,
    asset_tag: str,
    limit: int | None,
    page: int,
    sheet: Path | None,
    as_json: bool,
) -> int:
    """Exit 0, also when the list is empty; 3 when there is no such job."""
    from station.session.jobs import read_jobs

    day = _day_in(wanted)
    chosen = JobFilter(
        text="" if day else wanted,
        open=only_open,
        awaiting=awaiting,
        ended="withdrawn" if withdrawn else "",
        stages=tuple(_stage(each) for each in stages),
        since=beginning(day or since, "--since"),
        until=end(day or until, "--until"),
        operator=operator,
        model=model,
        reason=reason,
        lot=lot,
        asset_tag=asset_tag,
    )
    home = reading_home_of(context)
    with read_jobs(home) as read:
        if name is not None:
            return _named(context, read, name, as_json=as_json, sheet=sheet)
        most = limit or (MOST if as_json or sheet is not None else PAGE)
        jobs = read.select(chosen, most=most, skip=(page - 1) * most)[::-1]
        counted = read.count(chosen)
    _show(jobs, home.papers, as_json=as_json, sheet=sheet)
    if not as_json:
        _say_totals(counted, shown=len(jobs), page=page, filtered=chosen != JobFilter())
    return 0


def _named(context: click.Context, read: "Jobs", name: str, *, as_json: bool, sheet: Path | None) -> int:
    from station.cli.job_story import story
    from station.errors import JobNotFoundError

    home = reading_home_of(context)
    found = read.named(name)
    if not found:
        raise JobNotFoundError(subject=name)
    if as_json and len(found) == 1:
        (job,) = found
        from station.documents.jobs import JobsTold, JobTold

        evidence = tuple(piece.to_json() for piece in job.evidence)
        output.tell(JobsTold(jobs=(JobTold.of(job.summary, home.papers, evidence=evidence),)))
    elif len(found) > 1 or sheet is not None:
        _show([job.summary for job in found], home.papers, as_json=as_json, sheet=sheet)
        if not as_json:
            output.message(text("word.jobs_of_one_name", number=len(found), name=name))
    else:
        settings_of(home)  # whose language counts
        for line in story(found[0], home.papers):
            output.say(line)
    return 0


def _show(jobs: Iterable[JobSummary], papers: Path, *, as_json: bool, sheet: Path | None) -> None:
    jobs = tuple(jobs)
    if sheet is not None:
        from station.documents.job_rows import csv_of
        from station.setup.home import write_whole

        place = Path("/dev/stdout") if str(sheet) == "-" else sheet.absolute()
        write_whole(place, csv_of(jobs, for_spreadsheet=True))
    if as_json:
        from station.documents.jobs import JobsTold, JobTold

        output.tell(JobsTold(jobs=tuple(JobTold.of(each, papers) for each in jobs)))
    elif sheet is None and jobs:
        output.table(
            [text(f"view.{key}") for key in ("job", "phone", "grade", "stage", "paper_or_reason")],
            [_row(each) for each in jobs],
        )


def _say_totals(counted: Mapping[str, int], *, shown: int, page: int, filtered: bool) -> None:
    total = counted[""]
    if not total:
        output.message(text("word.no_jobs_fit" if filtered else "word.no_jobs"))
        return
    parts = [text("word.jobs_counted", number=total)]
    for stage in Stage:
        if number := counted.get(stage.value, 0):
            parts.append(f"{stage_text(stage.value)} {number}")
    for key in ("awaiting", "withdrawn", "replaced"):
        if number := counted.get(key, 0):
            parts.append(text(f"word.counted_{key}", number=number))
    output.message(" · ".join(parts))
    if shown < total:
        output.message(text("word.jobs_shown", shown=shown, number=total, page=page))


def _row(job: JobSummary) -> list[str]:
    reasons = reasons_of(job)
    standing = paper_status_text(job)
    mark = text(f"word.mark_{job.ended}") if standing else ""
    waits = text("word.awaits_decision") if job.awaits_decision else ""
    why = waits or reason_text(reasons[0] if reasons and not job.certificate else "")
    serial = last_digits(job.serial) if sys.stdout.isatty() else job.serial  # a pipe has room
    digits = " ".join(part for part in (serial, job.slot) if part)
    return [
        _lines(job.id, local_time(job.opened_at, "%m-%d %H:%M")),
        _lines(job.model, digits),
        _lines(job.grade, job.level),
        _lines(stage_text(job.stage.value), mark),
        _lines(job.filed_paper, why, standing),
    ]


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _stage(given: str) -> Stage:
    """A stage by its name, in any case, or by the word shown for it. Raises: click.UsageError."""
    for stage in Stage:
        if given.upper() == stage.value or given == stage_text(stage.value):
            return stage
    allowed = ", ".join(stage.value for stage in Stage)
    raise click.UsageError(text("usage.bad_value", name="--stage", expected=allowed))


def beginning(given: str | None, option: str) -> datetime | None:
    """The beginning of a day, or a moment, in local time. Raises: click.UsageError."""
    if given is None:
        return None
    try:
        if given.lower() in _DAYS:
            return _midnight(datetime.now().astimezone().date() - timedelta(days=_DAYS[given.lower()]))
        return datetime.fromisoformat(given).astimezone()
    except (ValueError, OverflowError, OSError) as error:
        raise click.UsageError(text("usage.bad_value", name=option, expected=text("word.day_expected"))) from error


def end(given: str | None, option: str) -> datetime | None:
    """The end of a day, or a moment. Raises: click.UsageError."""
    begun = beginning(given, option)
    if begun is None or given is None:
        return None
    whole_day = given.lower() in _DAYS or len(given) <= len("2026-11-29")
    try:
        return _midnight(begun.date() + timedelta(days=1)) if whole_day else begun
    except OverflowError as error:
        raise click.UsageError(text("usage.bad_value", name=option, expected=text("word.day_expected"))) from error


def _midnight(day: date) -> datetime:
    """In local time: a day on which the clock is changed has 23 or 25 hours."""
    return datetime.combine(day, time()).astimezone()


def _day_in(wanted: str) -> str | None:
    """The day that is searched for, when what is searched for is one."""
    try:
        return date.fromisoformat(wanted).isoformat() if len(wanted) == len("2026-11-29") else None
    except ValueError:
        return None
