# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe regrade RECORD --scheme S`: the grade again, from the record's own evidence."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from phones.errors import ProofwipeError
from phones.given_files import read_given
from phones.words import has
from station.cli import cli_text, output
from station.cli.commands.options import home_of, json_option
from station.text.language import current, text

if TYPE_CHECKING:
    from certs.editions.interface import RecordReading
    from station.documents.papers import GradeTold

LARGEST_FILE = 16 * 1024 * 1024


class NoRecordError(ProofwipeError):
    """The file holds no record."""

    code = "no_record"
    exit_code = 3


@cli_text.command("regrade")
@click.argument("name", metavar="FILE|JOB|PAPER|SERIAL|IMEI")
@click.option("--scheme", default="basic", show_default=True, help=text("option.scheme"))
@json_option()
@click.pass_context
def command(context: click.Context, name: str, scheme: str, as_json: bool) -> int:
    """From a paper (PDF), its record (JSON) or a job of this station. Exit 0; 3 when there is no record."""
    grade = graded(record_named(context, name), scheme)
    if as_json:
        output.tell(_told(grade))
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


def graded(record: "RecordReading", scheme: str) -> "Mapping[str, Any]":
    """By the law of the record's own edition where that has such a scheme; a later one is read by the law in work.

    Raises: SchemeError.
    """
    from certs import law
    from grading.errors import SchemeError

    try:
        return record.graded(scheme)
    except SchemeError:
        return law.regraded(record.plain, scheme)


def _told(grade: "Mapping[str, Any]") -> "GradeTold":
    from station.documents.papers import GradeCheck, GradeTold
    from station.documents.sentences import Reason

    return GradeTold(
        scheme=grade["scheme"],
        scheme_version=grade["scheme_version"],
        scheme_sha256=grade["scheme_sha256"],
        grade=grade["usability"] or None,
        functional=grade["functional"],
        battery_band=grade["battery_band"],
        cosmetic=grade["cosmetic"],
        capped_by=tuple(Reason(code=code, sentence=_cap(code), next_step=None) for code in grade["capped_by"]),
        checks=tuple(
            GradeCheck(
                check=each["name"],
                weight=each["weight"],
                check_outcome=each["outcome"],
                limit=each["limit"],
                measured=each["measured"] or None,
                source=each["source"],
                moment=each["moment"],
                evidence_numbers=tuple(each["evidence"]),
            )
            for each in grade["checks"]
        ),
        mappings=grade["mappings"],
    )


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


def record_named(context: click.Context, name: str) -> "RecordReading":
    """The record in a file of that name, else of the newest paper of the station's job that goes by it.

    Raises: NoRecordError; JobNotFoundError, AmbiguousJobError.
    """
    file = Path(name)
    if os.path.lexists(file) or file.suffix.lower() in (".pdf", ".json") or os.sep in name:
        return read_record(file)
    from certs import editions
    from certs.errors import CertsError
    from station.errors import NotInitialisedError
    from station.session.jobs import read_jobs
    from station.session.summary import paper_of

    try:
        with read_jobs(home_of(context)) as jobs:
            return editions.read_record(paper_of(jobs.find(name)).record.encode())
    except NotInitialisedError as error:  # somebody without a station meant a file
        raise NoRecordError(subject=name, got=text("os.ENOENT")) from error
    except CertsError as error:
        raise NoRecordError(subject=name, got=type(error).__name__) from error


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
