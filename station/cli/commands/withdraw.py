# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe withdraw CERT_ID --reason R`: a certificate no longer stands, and the log says so to everybody."""

from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import (
    config_option,
    home_of,
    json_option,
    passphrase_option,
    secrets_of,
    settings_of,
)
from station.ledger.paper_events import CertificateWithdrawn
from station.papers.decision import WITHDRAWALS
from station.session.summary import summary
from station.setup.people import load as load_company
from station.text.language import text


@cli_text.command("withdraw")
@click.argument("certificate_id", metavar="CERT_ID")
@click.option("--reason", type=click.Choice(WITHDRAWALS), required=True, help=text("option.withdraw_reason"))
@click.option("--as", "--by", "by", metavar="NAME", help=text("option.by"))
@click.option("--grounds", default="", help=text("option.grounds"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context,
    certificate_id: str,
    reason: str,
    by: str | None,
    grounds: str,
    passphrase_file: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Exit 0 when it is withdrawn, now or before; 3 no such certificate, 4 the paper is no certificate."""
    from station.session.session import Session

    home = home_of(context)
    settings = settings_of(home, config)
    person = load_company(home.keys).person(by, "validator")
    with Session.open(home, settings, secrets_of(passphrase_file)) as session:
        job = session.jobs.of_paper(certificate_id)
        if job.certificate is not None and job.certificate.id != certificate_id.upper():
            raise click.UsageError(text("word.withdraw_by_id", got=certificate_id.upper(), id=job.certificate.id))
        job = session.withdraw(job.id, reason=reason, by=person, grounds=grounds)
    facts = summary(job.summary)
    if as_json:
        output.document("withdraw", facts)
    else:
        output.message(text("word.withdrawn", id=facts["paper"]), bold=True)
        if isinstance(job.ended, CertificateWithdrawn) and not job.ended.logged:
            output.message(text("word.withdrawn_not_logged"))
        else:
            output.message(text("word.withdrawn_next"))
    return 0
