# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe sample draw|check|result`: R2v3's re-inspection, drawn by the log and not by the bench."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from certs.log.sampling import CERTIFICATES, LEAST_PERCENT, REPORTS, Period, Sample, draw, period
from phones.cleaning import clean
from phones.clock import utc_now
from phones.given_files import read_given
from station.cli import cli_text, output
from station.cli.commands.options import (
    config_option,
    home_of,
    json_option,
    passphrase_option,
    secrets_of,
    settings_of,
)
from station.text.language import os_reason, text

if TYPE_CHECKING:
    from station.documents.papers import SampleLot
    from station.session.sampling import Row

LARGEST_RESULT = 4 * 1024 * 1024
FOUND = ("none", "data", "not_available")


@cli_text.group("sample")
def command() -> None:
    """Re-inspection by sample."""


@command.command("draw", help=text("help.sample_draw"))
@click.argument("name", metavar="PERIOD")
@click.option(
    "--percent",
    type=click.IntRange(LEAST_PERCENT, 100),
    default=LEAST_PERCENT,
    show_default=True,
    help=text("option.share"),
)
@click.option("--reports", is_flag=True, help=text("option.sample_reports"))
@click.option("-o", "--output", "target", type=click.Path(path_type=Path, dir_okay=False), help=text("option.output"))
@click.option("--sheet", type=click.Path(path_type=Path, dir_okay=False), help=text("option.sheet"))
@json_option()
@click.pass_context
def draw_command(
    context: click.Context,
    name: str,
    percent: int,
    reports: bool,
    target: Path | None,
    sheet: Path | None,
    as_json: bool,
) -> int:
    """Exit 0 with the sample, 8 when there is nothing to draw from, 4 while the log's next entry is not there."""
    from station.documents.papers import SampleTold
    from station.session.sampling import draw_sample
    from station.setup.home import write_whole

    home = home_of(context)
    wanted = _period(name)
    name = wanted.name
    of = REPORTS if reports else CERTIFICATES
    drawing = draw_sample(home, settings_of(home), wanted, percent=percent, of=of)
    sample = drawing.sample
    if sample is None:
        output.message(text(f"word.sample_waits_{of}", number=drawing.committed.number))
        return 4
    if not sample.population:
        output.message(text(f"word.sample_empty_{of}", period=name))
        return 8
    told = SampleTold.of_drawing(drawing, sample)
    data = json.dumps(told.to_json(), ensure_ascii=False, indent=2) + "\n"
    jobs = _sheet(drawing.rows)
    if target is not None:
        write_whole(target.absolute(), data.encode())
    if sheet is not None:
        write_whole(sheet.absolute(), jobs.encode("utf-8-sig"))
    if as_json:
        output.tell(told)
    else:
        click.echo(jobs, nl=False)
    output.message(
        text(
            f"word.sample_drawn_{of}",
            chosen=len(sample.chosen),
            number=len(sample.population),
            period=name,
            index=sample.index,
        )
    )
    if reports:
        output.message(text("word.sample_reopen"))
    return 0


@command.command("check", help=text("help.sample_check"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--snapshot", type=click.Path(path_type=Path, dir_okay=False), required=True, help=text("option.snapshot")
)
@click.option(
    "--policy", type=click.Path(path_type=Path, dir_okay=False), required=True, help=text("option.log_policy")
)
@json_option()
def check_command(file: Path, snapshot: Path, policy: Path, as_json: bool) -> int:
    """Exit 0 when the log gives the same sample, 7 when it gives another, 6 when it does not reach far enough."""
    from certs.log.snapshot import LARGEST_SNAPSHOT, Snapshot
    from station.cli.commands.log_others import policy_from

    said = _result(file)
    try:
        whole = Snapshot.parse(read_given(snapshot, LARGEST_SNAPSHOT), policy_from(policy), demand_quorum=False)
    except OSError as error:
        fault = os_reason(error)
        raise click.UsageError(text("word.status_unusable", file=clean(str(snapshot)), fault=fault)) from error
    found = draw(
        (entry for _index, entry in whole.history.entries()),
        _period(str(said["period"])),
        origin=whole.checkpoint.origin,
        percent=int(str(said["percent"])),
        reports=frozenset(map(str, _listed(said))) if said.get("of") == REPORTS else None,
    )
    different = "" if found is None else _difference(said, found)
    if as_json:
        from station.documents.papers import SampleChecked

        output.tell(SampleChecked(holds=None if found is None else not different, differing_field=different or None))
    elif found is None:
        output.message(text("word.sample_waits_certificates", number="?"))
    else:
        output.message(text("word.sample_differs", what=different) if different else text("word.sample_holds"))
    return 6 if found is None else 7 if different else 0


@command.command("result", help=text("help.sample_result"))
@click.argument("certificate_id", metavar="CERT_ID")
@click.option("--found", type=click.Choice(FOUND), required=True, help=text("option.found"))
@click.option("--tool", required=True, help=text("option.tool"))
@click.option("--as", "--by", "by", metavar="NAME", required=True, help=text("option.by"))
@click.option("--grounds", default="", help=text("option.grounds"))
@config_option()
@json_option()
@click.pass_context
def result_command(
    context: click.Context,
    certificate_id: str,
    found: str,
    tool: str,
    by: str,
    grounds: str,
    config: Path | None,
    as_json: bool,
) -> int:
    """Exit 0 written down, 1 when data was found, 2 when that person may not, 3 when it was not drawn."""
    from station.session import operations
    from station.session.reach import reach
    from station.setup.people import load as load_company

    home = home_of(context)
    if by not in {person.name for person in load_company(home.keys).people}:
        raise click.UsageError(text("usage.bad_value", name="--as", expected="issuer.json"))
    with reach(home, settings_of(home, config)) as station:
        inspected = station.operations.do(
            operations.record_inspection,
            certificate=certificate_id.upper(),
            found=found,
            tool=tool,
            by=by,
            grounds=grounds,
        )
    if as_json:
        from station.documents.papers import SampleResult

        output.tell(SampleResult.of_inspection(inspected))
    if found == "data":
        output.message(text("word.data_found", id=inspected.id), bold=True)
        return 1
    return 0


@command.command("lot", help=text("help.sample_lot"))
@click.argument("name", metavar="PERIOD")
@click.option("--reports", is_flag=True, help=text("option.sample_reports"))
@click.option("--signed", type=click.Path(path_type=Path, dir_okay=False), help=text("option.sample_signed"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def lot_command(
    context: click.Context,
    name: str,
    reports: bool,
    signed: Path | None,
    passphrase_file: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Exit 0 when somebody looked into each phone of the sample and found none, 1 when data was found on one, 4 while
    any was not looked into, 3 when no sample of that period was drawn.
    """
    from phones.verdict import Verdict
    from station.documents.papers import SampleLot
    from station.session.jobs import read_jobs
    from station.session.sampling import lot

    with read_jobs(home_of(context)) as jobs:
        jobs.verify()
        found = lot(jobs.ledger, _period(name), REPORTS if reports else CERTIFICATES)
    if signed is not None:
        _sign_lot(context, SampleLot.of_lot(found), signed, passphrase_file, config)
    if as_json:
        output.tell(SampleLot.of_lot(found))
    else:
        output.say(
            text(
                f"word.lot_{found.verdict.value}",
                period=found.period,
                number=found.number,
                chosen=len(found.chosen),
                clean=len(found.clean),
                data=", ".join(found.data),
                left=", ".join(found.open_),
            )
        )
    return {Verdict.PASSED: 0, Verdict.FAILED: 1}.get(found.verdict, 4)


def _sign_lot(
    context: click.Context, told: "SampleLot", file: Path, passphrase_file: Path | None, config: Path | None
) -> None:
    """The verdict as `--json` prints it, into a new file, with the station's signature beside it.

    Raises: click.UsageError for a file that is there already or cannot be written; KeyFileError, TokenError.
    """
    from certs.keys.key_folder import open_signer
    from station.papers.signed_file import write_signed

    home, secrets = home_of(context), secrets_of(passphrase_file)
    signing = settings_of(home, config).signing
    signer = open_signer(home.keys, secrets.passphrase(), signing=signing, pin=secrets.pin)
    try:
        beside = write_signed(file, f"{output.document_text(told)}\n".encode(), signer)
    except OSError as error:
        raise click.UsageError(f"{clean(str(file))}: {os_reason(error)}") from error
    output.message(text("word.lot_signed", file=clean(str(file)), signature=clean(str(beside))))


def _listed(said: Mapping[str, object]) -> list[object]:
    listed = said.get("population")
    return listed if isinstance(listed, list) else []


def _period(name: str) -> Period:
    """A period that is over. "yesterday" is the log's: days, weeks and months of samples are in UTC.

    Raises: click.UsageError.
    """
    days = {"today": 0, "yesterday": 1, "今天": 0, "昨天": 1}.get(name.lower())
    if days is not None:
        name = f"{utc_now() - timedelta(days=days):%Y-%m-%d}"
    try:
        wanted = period(name)
    except ValueError as error:
        raise click.UsageError(text("word.period_open", got=name)) from error
    if wanted.end > utc_now():
        raise click.UsageError(text("word.period_not_over", got=name, end=f"{wanted.end:%Y-%m-%d %H:%M}"))
    return wanted


def _sheet(rows: "Iterable[Row]") -> str:
    """A line a phone, and room for what the technician finds."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(
        ["certificate", "model", "serial", "imei", "slot", "performed by", "method", "found", "tool", "by", "date"]
    )
    for row in rows:
        writer.writerow(astuple(row) if row.slot else [row.certificate])
    return lines.getvalue()


def _result(file: Path) -> dict[str, object]:
    """What `sample draw -o` wrote. Raises: click.UsageError."""
    try:
        said = json.loads(read_given(file, LARGEST_RESULT))
        if said["schema"] != "proofwipe/sample/1" or not {"period", "percent", "chosen", "root", "index"} <= set(said):
            raise ValueError(said["schema"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise click.UsageError(text("word.no_sample_file", file=clean(str(file)))) from error
    return dict(said)


def _difference(said: Mapping[str, object], found: Sample) -> str:
    for name, value in (
        ("origin", found.origin),
        ("index", found.index),
        ("root", found.root),
        ("population", list(found.population)),
        ("chosen", list(found.chosen)),
    ):
        if said.get(name) != value:
            return name
    return ""
