# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe verify FILE`: what a stranger runs. Loads no hardware library, no database, nothing of a station."""

from dataclasses import asdict
from pathlib import Path

import click

from station import output, spoken
from station.commands.options import json_option
from station.language import current, text

IMEI_DIGITS = 15
SHORTEST_SERIAL = 8


@spoken.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--trust", "roots", type=click.Path(path_type=Path), multiple=True, help=text("option.trust"))
@click.option("--imei", help=text("option.imei"))
@json_option()
def command(file: Path, roots: tuple[Path, ...], imei: str | None, as_json: bool) -> int:
    """Exit 0 VALID; 6 CANNOT TELL; 7 NOT VALID, SPECIMEN, REPORT."""
    from certs.trust import Trust
    from certs.verify import verify_file
    from phones.cleaning import clean

    if imei is not None and not is_a_number_of_a_phone(imei):
        raise click.UsageError(text("word.no_imei", got=clean(imei)))
    found = verify_file(file, Trust.from_files(roots), imei=imei)
    if as_json:
        output.document(
            "verification",
            {
                "answer": found.answer.value, "code": found.code, "sentence": found.sentence(current()),
                "warnings": list(found.warnings), "exit_code": found.exit_code,
                "checks": [asdict(check) for check in found.checks],
                "summary": asdict(found.summary) if found.summary else None,
            },
        )
        return found.exit_code
    click.secho(f"{text('answer.' + found.answer.name.lower())}  {found.code}".rstrip(), bold=True)
    click.echo(found.sentence(current()))
    for line in found.warning_sentences(current()):
        click.echo(f"  ! {line}")
    for check in found.checks:
        detail = check.detail if current() == "en" else ""  # notes of the verifier; `sentence` says it in Chinese
        click.echo(f"  {text('verdict.' + check.verdict.value)} {check.name}  {check.code} {detail}".rstrip())
    if found.summary is not None:
        what = found.summary
        click.echo(f"{what.id}  {what.issuer}  {what.issued_at}")
        click.echo(
            text(
                "word.record_last4", maker=what.maker, model=what.marketing_name or what.model,
                serial=what.serial_last4, imei=what.imei1_last4 or "—",
            )
        )
        if imei is None:
            click.echo(text("word.dial"))
    return found.exit_code


def is_a_number_of_a_phone(typed: str) -> bool:
    """An IMEI whose check digit fits, or what can be a serial number: a slip of the finger accuses nobody."""
    from phones.identity import plain
    from phones.imei import luhn_holds

    number = plain(typed)
    if number.isascii() and number.isdecimal() and abs(len(number) - IMEI_DIGITS) <= 2:
        return len(number) == IMEI_DIGITS and luhn_holds(number)
    return len(number) >= SHORTEST_SERIAL and number.isalnum()
