# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe webhook list|test|dead|replay|secret`: other systems that `serve` tells what happens.

They work on the tables beside the ledger, with or without a service: it notices what is to be sent again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import cli_text, output
from station.cli.commands.options import config_option, json_option, reading_home_of, settings_of
from station.text.language import text

if TYPE_CHECKING:
    from station.documents.webhooks import WebhookTold
    from station.service.outbound.hooks import Webhooks


@cli_text.group("webhook")
def command() -> None:
    """Other systems."""


@command.command("list", help=text("help.webhook_list"))
@config_option()
@json_option()
@click.pass_context
def list_webhooks(context: click.Context, config: Path | None, as_json: bool) -> int:
    """Exit 0 when each takes what it is sent; 4 when one does not, or something was given up."""
    with _webhooks(context, config) as found:
        document = found.told()
    told = document.webhooks
    if as_json:
        output.tell(document)
    for each in () if as_json else told:
        _say(each)
    return 4 if any(each.dead or each.standing != "well" for each in told) else 0


@command.command("test", help=text("help.webhook_test"))
@click.argument("name", metavar="NAME")
@config_option()
@json_option()
@click.pass_context
def test(context: click.Context, name: str, config: Path | None, as_json: bool) -> int:
    """Exit 0 when it was acknowledged; 4 when it was not; 3 when there is none of that name."""
    with _webhooks(context, config) as found:
        tested = found.test(name)
    if as_json:
        output.tell(tested)
        return 0 if tested.acknowledged else 4
    if tested.acknowledged:
        output.message(text("word.webhook_acknowledged", name=name))
        return 0
    output.message(text("word.webhook_failed", name=name, failure=tested.failure or ""))
    return 4


@command.command("dead", help=text("help.webhook_dead"))
@click.argument("name", metavar="NAME")
@config_option()
@json_option()
@click.pass_context
def dead(context: click.Context, name: str, config: Path | None, as_json: bool) -> int:
    """One a line. Exit 0."""
    with _webhooks(context, config) as found:
        document = found.dead(name)
    if as_json:
        output.tell(document)
        return 0
    for each in document.letters:
        at = each.at.strftime("%Y-%m-%d %H:%M UTC")
        line = text("word.webhook_letter", entry=each.sequence, job=each.job or "", at=at, failure=each.failure)
        output.say(f"{line}  {text('word.webhook_again')}" if each.again else line)
    return 0


@command.command("replay", help=text("help.webhook_replay"))
@click.argument("name", metavar="NAME")
@click.argument("entries", metavar="[ENTRY]...", nargs=-1, type=click.IntRange(min=1))
@click.option("--after", type=click.IntRange(min=0), help=text("option.webhook_after"))
@config_option()
@json_option()
@click.pass_context
def replay(
    context: click.Context, name: str, entries: tuple[int, ...], after: int | None, config: Path | None, as_json: bool
) -> int:
    """Exit 0 when it is written down; the service sends it."""
    if entries and after is not None:
        raise click.UsageError(text("word.webhook_one_of"))
    with _webhooks(context, config) as found:
        told = found.replay(name, after=after, numbers=entries)
    if as_json:
        output.tell(told)
    else:
        _say(told)
    return 0


@command.command("secret", help=text("help.webhook_secret"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help=text("option.webhook_out"))
@json_option()
def secret(out: Path, as_json: bool) -> int:
    """Exit 0 when the file is written; 1 when it is there already."""
    from station.service.outbound.signature import write_secret

    write_secret(out)
    if as_json:
        from station.documents.webhooks import WebhookSecretMade

        output.tell(WebhookSecretMade(path=str(out.absolute())))
        return 0
    output.message(text("word.webhook_secret_made", file=out))
    return 0


@contextmanager
def _webhooks(context: click.Context, config: Path | None) -> "Iterator[Webhooks]":
    from station.service.outbound.hooks import Webhooks
    from station.session.jobs import read_jobs

    home = reading_home_of(context)
    settings = settings_of(home, config)
    with read_jobs(home) as jobs, Webhooks.open(home, settings, jobs.ledger) as found:
        yield found


def _say(each: "WebhookTold") -> None:
    facts = {"waiting": each.waiting, "dead": each.dead, "position": each.position, "failure": each.failure or ""}
    output.say(text(f"word.webhook_{each.standing}", name=each.webhook, host=each.host, **facts))
