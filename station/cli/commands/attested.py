# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe attested RECORD --status-list FILE --fetched DATE`: the hardware attestation in a record, judged again.

From the record's evidence alone, with roots and list that whoever asks has. Beside the paper's answer, never part of
it: no law of papers rests on an attestation yet.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phones.errors import ProofwipeError
from phones.given_files import read_given
from phones.verdict import Verdict
from station.cli import cli_text, output
from station.cli.commands.regrade import record_named
from station.text.language import text

if TYPE_CHECKING:
    from phones.attestation.judgement import Finding
    from phones.attestation.roots import RootSet
    from phones.attestation.status_list import StatusList

EXIT_CODES = {Verdict.PASSED: 0, Verdict.INDETERMINATE: 6, Verdict.FAILED: 7}
"""As those of `verify`."""


class AttestationFileError(ProofwipeError):
    """A set of roots or a status list cannot be used."""

    code = "attestation_file"
    exit_code = 3


@cli_text.command("attested")
@click.argument("name", metavar="FILE|JOB|PAPER|SERIAL|IMEI")
@click.option("--status-list", type=click.Path(path_type=Path), help=text("option.status_list"))
@click.option(
    "--fetched", type=click.DateTime(formats=["%Y-%m-%d"]), metavar="YYYY-MM-DD", help=text("option.status_list_date")
)
@click.option("--roots", type=click.Path(path_type=Path), help=text("option.attestation_roots"))
@click.pass_context
def command(
    context: click.Context, name: str, status_list: Path | None, fetched: datetime | None, roots: Path | None
) -> int:
    """Exit 0 when it is good, 7 when it is not, 6 when nobody can tell, 3 when a file cannot be used."""
    from phones.attestation.evidence import judge_evidence
    from phones.evidence import Evidence

    if (status_list is None) != (fetched is None):
        raise click.UsageError(text("word.list_and_date"))
    root_set = _roots(roots)
    listed = _statuses(status_list, fetched) if status_list is not None and fetched is not None else None
    pieces = record_named(context, name).plain["evidence"]
    evidence = [Evidence.from_json(piece) for piece in pieces] if isinstance(pieces, list) else []
    found = judge_evidence(evidence, roots=root_set, statuses=listed)
    output.say(text(f"attestation.{found.code}"))
    _say_facts(found, root_set, listed)
    return EXIT_CODES[found.verdict]


def _say_facts(found: "Finding", root_set: "RootSet", listed: "StatusList | None") -> None:
    output.say(text("word.attestation_roots", version=root_set.version, date=root_set.date.isoformat()))
    if listed is not None:
        output.say(text("word.attestation_list", date=listed.as_of.date().isoformat(), sha256=listed.digest))
    if found.said is not None and found.root is not None:
        patch = str(found.said.patch_level) if found.said.patch_level is not None else "—"
        output.say(
            text("word.attestation_said", level=found.level or "—", patch=patch, root=found.root.name, code=found.code)
        )
    output.say(text("word.attestation_limits"))


def _roots(file: Path | None) -> "RootSet":
    from phones.attestation.der import MalformedError
    from phones.attestation.roots import LONGEST_FILE_BYTES, read_root_set, shipped

    if file is None:
        return shipped()
    try:
        return read_root_set(_read(file, LONGEST_FILE_BYTES + 1))
    except MalformedError as error:
        raise AttestationFileError(subject=str(file), got=str(error)) from error


def _statuses(file: Path, fetched: datetime) -> "StatusList":
    """The list as of the first moment of the day: a list of that evening would only know more."""
    from phones.attestation.der import MalformedError
    from phones.attestation.status_list import LONGEST_LIST_BYTES, read_status_list

    try:
        return read_status_list(_read(file, LONGEST_LIST_BYTES + 1), as_of=fetched.replace(tzinfo=UTC))
    except MalformedError as error:
        raise AttestationFileError(subject=str(file), got=str(error)) from error


def _read(file: Path, most: int) -> bytes:
    try:
        return read_given(file, most)
    except OSError as error:
        raise AttestationFileError(subject=str(file), got=error.strerror or str(error)) from error
