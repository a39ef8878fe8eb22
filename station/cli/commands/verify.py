# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe verify FILE...`: what a stranger runs. Loads no hardware library, no database, nothing of a station.

Asks nobody on any network: what counts besides the file is what `--trust` and `--status` bring.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from phones.given_files import read_given
from station.cli import cli_text, output
from station.cli.commands.options import json_option
from station.text.language import current, os_reason, text

if TYPE_CHECKING:
    from certs.log.reading import Snapshot
    from certs.verify.trust import Trust
    from certs.verify.verification import Summary, Verification

_SIGNS = "*?["


@cli_text.command("verify")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--trust", "trusted", type=click.Path(path_type=Path), multiple=True, help=text("option.trust"))
@click.option("--status", type=click.Path(path_type=Path), help=text("option.status"))
@click.option("--imei", help=text("option.imei"))
@click.option("--offline", is_flag=True, default=True, help=text("option.offline"))
@json_option()
def command(
    files: tuple[str, ...],
    trusted: tuple[Path, ...],
    status: Path | None,
    imei: str | None,
    offline: bool,
    as_json: bool,
) -> int:
    """Exit 0 VALID; 6 CANNOT TELL; 7 NOT VALID, SPECIMEN, REPORT; of several files the worst."""
    from certs.verify.trust import Trust
    from certs.verify.verifier import verify_file
    from phones.cleaning import clean
    from phones.typed_number import is_a_number_of_a_phone

    del offline  # there is no other way
    if imei is not None and not is_a_number_of_a_phone(imei):
        raise click.UsageError(text("word.no_imei", got=clean(imei)))
    paths = papers(files)
    trust = Trust.from_files(trusted)
    standing = _status(trust, status)
    found = [(path, verify_file(path, trust, imei=imei, status=standing)) for path in paths]
    if as_json:
        told = [_json(path, one) for path, one in found]
        one_or_all = ("verification", told[0]) if len(told) == 1 else ("verifications", {"files": told})
        output.document(*one_or_all)
    else:
        for path, one in found:
            if len(found) > 1:
                click.secho(clean(path.name), bold=True)
            _tell(one, asked=imei is not None)
    return max((one.exit_code for _, one in found), default=0)


def papers(given: tuple[str, ...]) -> list[Path]:
    """The files that were named, one by one or by patterns a shell did not fill in. Raises: click.UsageError."""
    found: list[Path] = []
    for name in given:
        path = Path(name)
        if path.is_dir():
            raise click.UsageError(text("word.folder_not_paper", got=name))
        if any(sign in path.name for sign in _SIGNS) and not path.exists():
            matching = sorted(path.parent.glob(path.name))
            if not matching:
                raise click.UsageError(text("word.no_paper", got=name))
            found += matching
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _status(trust: "Trust", file: Path | None) -> "Snapshot | None":
    """The exported log the reader holds. Raises: click.UsageError."""
    if file is None:
        return None
    from certs.errors import TrustFileError
    from certs.log.errors import LogReadError
    from certs.log.snapshot import LARGEST_SNAPSHOT
    from phones.cleaning import clean

    if trust.log_policy is None:
        raise click.UsageError(text("word.status_needs_policy"))
    try:
        return trust.status(read_given(file, LARGEST_SNAPSHOT + 1))
    except OSError as error:
        fault = os_reason(error)
    except TrustFileError as error:
        cause = error.__cause__
        fault = text(f"log_fault.{cause.fault}") if isinstance(cause, LogReadError) else error.reason(current())
    raise click.UsageError(text("word.status_unusable", file=clean(file.name), fault=fault.rstrip(".。")))


def _json(path: Path, found: "Verification") -> dict[str, Any]:
    return {
        "file": path.name,
        "answer": found.answer.value,
        "code": found.code,
        "sentence": found.sentence(current()),
        "warnings": list(found.warnings),
        "exit_code": found.exit_code,
        "checks": [asdict(check) for check in found.checks],
        "summary": found.summary.to_json() if found.summary else None,
    }


def _tell(found: "Verification", *, asked: bool) -> None:
    click.secho(f"{text('answer.' + found.answer.name.lower())}  {found.code}".rstrip(), bold=True)
    click.echo(found.sentence(current()))
    if found.code:
        click.echo(f"  → {text(f'next.{found.code}')}")
    for line in found.warning_sentences(current()):
        click.echo(f"  ! {line}")
    for check in found.checks:
        detail = check.detail if current() == "en" else ""  # notes of the verifier; `sentence` says it in Chinese
        click.echo(f"  {text('verdict.' + check.verdict.value)} {check.name}  {check.code} {detail}".rstrip())
    if found.summary is not None:
        _tell_summary(found.summary, asked=asked)


def _tell_summary(what: "Summary", *, asked: bool) -> None:
    unverified = f" ({text('word.name_unverified')})" if what.issuer_is == "unverified" else ""
    click.echo(f"{what.id}  {what.issuer}{unverified}  {what.issued_at}")
    click.echo(
        text(
            "word.record_last4",
            maker=what.maker,
            model=what.marketing_name or what.model,
            serial=what.last_four["serial"],
            imei=what.last_four["imei1"] or "—",
        )
    )
    if what.seen_at is not None:
        click.echo(text("word.seen_at", at=f"{what.seen_at:%Y-%m-%dT%H:%M:%SZ}"))
    for name, value in what.opened.items():
        click.echo(f"  {name}: {value}")
    if not asked:
        click.echo(text("word.dial"))
