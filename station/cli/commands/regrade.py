# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe regrade RECORD --scheme S`: the grade again, from the record's own evidence."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phones.errors import ProofwipeError
from phones.given_files import read_given
from phones.words import has
from station.cli import cli_text, output
from station.cli.commands.options import json_option
from station.text.language import current, text

if TYPE_CHECKING:
    from certs.editions.interface import RecordReading

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
    grade = read_record(file).graded(scheme)
    if as_json:
        output.document("grade", {"grade": grade})
        return 0
    output.say(
        text(
            "word.regraded",
            scheme=grade["scheme"],
            version=grade["scheme_version"],
            sha256=grade["scheme_sha256"],
            usability=grade["usability"] or "—",
            functional=grade["functional"],
            band=grade["battery_band"],
            cosmetic=grade["cosmetic"],
        )
    )
    for code in _rows(grade["capped_by"]):
        output.say(f"  - {_cap(str(code))}")
    for check in _rows(grade["checks"]):
        if isinstance(check, dict):
            outcome, name = text(f"outcome.{check['outcome']}"), _check(str(check["name"]))
            output.say(f"  {outcome:<14} {name}  {check['measured']}")
    return 0


def _rows(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _cap(code: str) -> str:
    """What limited the grade; the code itself where this program has no sentence for an edition's code."""
    from grading.sentences import cap_sentence

    try:
        return cap_sentence(code, current())
    except KeyError:
        return code


def _check(name: str) -> str:
    return text(f"check.{name}") if has(f"check.{name}") else name


def read_record(file: Path) -> "RecordReading":
    """The record in a paper or in a JSON file, by the law of its edition. Raises: NoRecordError."""
    from certs.errors import CertsError
    from certs.page.pdf_profile import read
    from certs.record.record import Record

    try:
        data = read_given(file, LARGEST_FILE)
        record = read(data).embedded()["erase-record.json"] if data.startswith(b"%PDF") else data
        return Record(data=record).read
    except OSError as error:
        raise NoRecordError(subject=str(file), got=error.strerror or str(error)) from error
    except (CertsError, KeyError) as error:
        raise NoRecordError(subject=str(file), got=type(error).__name__) from error
