# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe regrade RECORD --scheme S`: the grade again, from the record's own evidence."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phones.errors import ProofwipeError
from station.cli import cli_text, output
from station.cli.commands.options import json_option
from station.text.language import current, text

if TYPE_CHECKING:
    from certs.record.schema import RecordDocument

LARGEST_FILE = 16 * 1024 * 1024


class NoRecordError(ProofwipeError):
    """The file holds no record."""

    code = "no_record"
    exit_code = 3


@cli_text.command("regrade")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--scheme", default="basic", show_default=True, help=text("option.scheme"))
@json_option()
def command(file: Path, scheme: str, as_json: bool) -> int:
    """From a paper (PDF) or its record (JSON). Exit 0; 3 when there is no record in it."""
    from grading.grade import grade
    from grading.schemes import load
    from grading.sentences import cap_sentence
    from phones.port import Platform

    document = read_document(file)
    chosen = load(scheme)
    result = grade(
        document.evidence,
        platform=Platform(document.device.platform),
        verdict=document.erase.verdict,
        scheme=chosen,
    )
    if as_json:
        output.document("grade", {"grade": asdict(result)})
        return 0
    click.echo(
        text(
            "word.regraded",
            scheme=result.scheme,
            version=result.scheme_version,
            sha256=result.scheme_sha256,
            usability=result.usability or "—",
            functional=result.functional,
            band=result.battery_band,
            cosmetic=result.cosmetic,
        )
    )
    for code in result.capped_by:
        click.echo(f"  - {cap_sentence(code, current())}")
    for check in result.checks:
        click.echo(f"  {text(f'outcome.{check.outcome.value}'):<14} {text(f'check.{check.name}')}  {check.measured}")
    return 0


def read_document(file: Path) -> "RecordDocument":
    """The record document in a paper or in a JSON file. Raises: NoRecordError."""
    from certs.errors import CertsError
    from certs.page.pdf_profile import read
    from certs.record.record import Record

    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE)
        record = read(data).embedded()["erase-record.json"] if data.startswith(b"%PDF") else data
        return Record(data=record).document
    except OSError as error:
        raise NoRecordError(subject=str(file), got=error.strerror or str(error)) from error
    except (CertsError, KeyError) as error:
        raise NoRecordError(subject=str(file), got=type(error).__name__) from error
