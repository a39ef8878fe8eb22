# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe attested RECORD`: the hardware attestation in a record, judged again, and how a station renews what such
judgements rest on.

From the record alone, as the law of the paper did; or with a status list and roots that whoever asks has: the list
itself stands in no record, only its digest and what it says of the chain's certificates.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phones.verdict import Verdict
from station.cli import cli_text, output
from station.cli.commands.options import home_of
from station.cli.commands.regrade import record_named
from station.text.language import text

if TYPE_CHECKING:
    from phones.attestation.judgement import Finding
    from phones.attestation.roots import RootSet
    from phones.attestation.status_list import StatusList
    from phones.evidence import Evidence

EXIT_CODES = {Verdict.PASSED: 0, Verdict.INDETERMINATE: 6, Verdict.FAILED: 7}
"""As those of `verify`."""
_FILE = click.Path(path_type=Path)


@cli_text.command("attested")
@click.argument("name", metavar="FILE|JOB|PAPER|SERIAL|IMEI", required=False)
@click.option("--status-list", type=_FILE, help=text("option.status_list"))
@click.option(
    "--fetched", type=click.DateTime(formats=["%Y-%m-%d"]), metavar="YYYY-MM-DD", help=text("option.status_list_date")
)
@click.option("--roots", type=_FILE, help=text("option.attestation_roots"))
@click.option("--renew", type=_FILE, help=text("option.roots_renew"))
@click.option("--renew-list", type=_FILE, help=text("option.list_renew"))
@click.pass_context
def command(
    context: click.Context,
    name: str | None,
    status_list: Path | None,
    fetched: datetime | None,
    roots: Path | None,
    renew: Path | None,
    renew_list: Path | None,
) -> int:
    """Exit 0 when it is good, 7 when it is not, 6 when nobody can tell, 3 when a file cannot be used; with --renew or
    --renew-list 0 when it is taken, 4 when what is here is newer.
    """
    if (status_list is None and renew_list is None) != (fetched is None):
        raise click.UsageError(text("word.list_and_date"))
    renews = renew is not None or renew_list is not None
    if renews == (name is not None) or (renews and (status_list or roots)):
        raise click.UsageError(text("word.record_or_renew"))
    if name is None:
        return _renew(context, renew, renew_list, fetched)
    return _judge(context, name, status_list, fetched, roots)


def _renew(context: click.Context, roots: Path | None, listed: Path | None, fetched: datetime | None) -> int:
    from phones.clock import SystemClock
    from station.setup.attestation_desk import AttestationDesk

    home = home_of(context)
    desk = AttestationDesk(folder=home.attestation, organisation=home.keys / "organisation.pem")
    if roots is not None:
        taken = desk.renew_roots(roots)
        output.say(text("word.attestation_roots", version=taken.version, date=taken.date.isoformat()))
    if listed is not None and fetched is not None:
        found = desk.renew_list(listed, fetched.date(), today=SystemClock().now().date())
        output.say(text("word.attestation_list", date=found.as_of.date().isoformat(), sha256=found.digest))
    return 0


def _judge(
    context: click.Context, name: str, status_list: Path | None, fetched: datetime | None, roots: Path | None
) -> int:
    from phones.attestation.evidence import judge_evidence
    from phones.attestation.judgement import Code, Finding
    from station.setup.attestation_desk import read_list

    given_roots = _roots(roots) if roots is not None else None
    given_list = read_list(status_list, fetched.date()) if status_list is not None and fetched is not None else None
    evidence = _evidence(context, name)
    held_roots, held_list = _in_record(evidence)
    root_set, listed = given_roots or held_roots, given_list or held_list
    if root_set is None:
        found = Finding(code=Code.ROOTS_UNKNOWN)
    else:
        found = judge_evidence(evidence, roots=root_set, statuses=listed)
    output.say(text(f"attestation.{found.code}"))
    _say_facts(found, root_set, listed)
    return EXIT_CODES[found.verdict]


def _evidence(context: click.Context, name: str) -> "list[Evidence]":
    from phones.evidence import Evidence

    pieces = record_named(context, name).plain["evidence"]
    return [Evidence.from_json(piece) for piece in pieces] if isinstance(pieces, list) else []


def _in_record(evidence: "list[Evidence]") -> "tuple[RootSet | None, StatusList | None]":
    from phones.attestation.grounds import grounds_of

    grounds = grounds_of(evidence)
    return grounds.roots, grounds.statuses


def _say_facts(found: "Finding", root_set: "RootSet | None", listed: "StatusList | None") -> None:
    if root_set is not None:
        output.say(text("word.attestation_roots", version=root_set.version, date=root_set.date.isoformat()))
    if listed is not None:
        output.say(text("word.attestation_list", date=listed.as_of.date().isoformat(), sha256=listed.digest))
    if found.said is not None and found.root is not None:
        patch = str(found.said.patch_level) if found.said.patch_level is not None else "—"
        output.say(
            text("word.attestation_said", level=found.level or "—", patch=patch, root=found.root.name, code=found.code)
        )
    output.say(text("word.attestation_limits"))


def _roots(file: Path) -> "RootSet":
    from phones.attestation.der import MalformedError
    from phones.attestation.roots import LONGEST_FILE_BYTES, read_root_set
    from station.setup.attestation_desk import AttestationFileError, given_file

    try:
        return read_root_set(given_file(file, LONGEST_FILE_BYTES))
    except MalformedError as error:
        raise AttestationFileError(subject=str(file), got=str(error)) from error
