# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe attest JOB CHAIN`: hand in the key attestation chain that answers the challenge of a job.

What cannot be kept, or answers something else, is refused here with its reason, so that another can be handed in while
the job waits. Whether what is taken is any good is for the law of the paper.
"""

from pathlib import Path

import click

from phones.errors import ProofwipeError
from station.cli import cli_text, output
from station.cli.commands.options import home_of
from station.text.language import text


class ChainRefusedError(ProofwipeError):
    """A chain that cannot be kept, or does not answer the challenge."""

    code = "chain_refused"
    exit_code = 4


@cli_text.command("attest")
@click.argument("job", metavar="JOB")
@click.argument("chain", metavar="CHAIN", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--without", is_flag=True, help=text("option.attest_without"))
@click.pass_context
def command(context: click.Context, job: str, chain: Path | None, without: bool) -> int:
    """Exit 0 when it is handed in, 2 for neither or both, 3 no such job or file, 4 for a chain that is refused."""
    from phones.attestation.certificates import LONGEST_CHAIN_BYTES
    from phones.attestation.evidence import STATE
    from station.setup.attestation_desk import AttestationDesk, given_file
    from station.work.attesting import values_of_chain

    if (chain is None) != without:
        raise click.UsageError(text("word.chain_or_without"))
    home = home_of(context)
    desk = AttestationDesk(folder=home.attestation, organisation=home.keys / "organisation.pem")
    nonce = desk.challenge(job)
    if chain is None:
        desk.hand_in(job, b"")
        output.say(text("word.attest_without"))
        return 0
    data = given_file(chain, LONGEST_CHAIN_BYTES)
    state = values_of_chain(data, nonce)[STATE]
    if state != "kept":
        raise ChainRefusedError(subject=str(chain), cause=text(f"chain.{state}"))
    desk.hand_in(job, data)
    output.say(text("word.attest_taken"))
    return 0
