# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe regrade RECORD --scheme S`: the grade again, from the record's own evidence."""

from dataclasses import asdict
from pathlib import Path

import click

from phones.errors import ProofwipeError
from station.cli import cli_text as spoken
from station.cli import output
from station.cli.commands.options import json_option
from station.text.language import current, text

LARGEST_FILE = 16 * 1024 * 1024


class NoRecordError(ProofwipeError):
    """The file holds no record."""

    code = "no_record"
    exit_code = 3


@spoken.command("regrade")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--scheme", default="basic", show_default=True, help=text("option.scheme"))
@json_option()
def command(file: Path, scheme: str, as_json: bool) -> int:
    """From a paper (PDF) or its record (JSON). Exit 0; 3 when there is no record in it."""
    from certs.record.recompute import evidence_of
    from grading.grade import grade
    from grading.schemes import load
    from grading.sentences import cap_sentence
    from phones.port import Platform
    from phones.verdict import Verdict

    document = read_document(file)
    chosen = load(scheme)
    result = grade(
        evidence_of(document),
        platform=Platform(str(_table(document, "device")["platform"])),
        verdict=Verdict(str(_table(document, "erase")["verdict"])),
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


def read_document(file: Path) -> dict[str, object]:
    """The record document in a paper or in a JSON file. Raises: NoRecordError."""
    from certs.errors import CertsError
    from certs.page.pdf_profile import read
    from certs.record.record import Record

    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE)
        record = read(data).embedded()["erase-record.json"] if data.startswith(b"%PDF") else data
        return dict(Record(data=record).read.plain)
    except OSError as error:
        raise NoRecordError(phone=str(file), got=error.strerror or str(error)) from error
    except (CertsError, KeyError) as error:
        raise NoRecordError(phone=str(file), got=type(error).__name__) from error


def _table(document: dict[str, object], name: str) -> dict[str, object]:
    found = document[name]
    if not isinstance(found, dict):
        raise NoRecordError(phone=name, got=type(found).__name__)
    return found
