# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe challenge JOB`: what the phone of a job that waits for an attestation must have its key attested over."""

import click

from station.cli import cli_text, output
from station.cli.commands.options import home_of
from station.setup.attestation_desk import AttestationDesk


@cli_text.command("challenge")
@click.argument("job", metavar="JOB")
@click.pass_context
def command(context: click.Context, job: str) -> int:
    """The challenge alone on stdout, ASCII. Exit 0; 3 when no such job waits."""
    home = home_of(context)
    desk = AttestationDesk(folder=home.attestation, organisation=home.keys / "organisation.pem")
    output.say(desk.challenge(job))
    return 0
