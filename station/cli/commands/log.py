# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe log`: the transparency log of this station. What is done with other people's logs: `log_others`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from station.cli import cli_text, output
from station.cli.commands import log_others
from station.cli.commands.log_others import files_of, policy_of, policy_option, port_options, read_file, serve_site
from station.cli.commands.options import home_of, json_option, passphrase_option
from station.cli.passphrase import find_passphrase
from station.text.language import current, os_reason, text

if TYPE_CHECKING:
    from certs.log.errors import WitnessError
    from certs.log.notes import Signature
    from certs.log.policy import Party
    from station.documents.logs import LogTold, WitnessReply
    from transparency.files import LogFiles


@cli_text.group("log")
def command() -> None:
    """What the bench began, issued and withdrew, for all to check."""


@command.command("init", help=text("help.log_init"))
@click.option("--origin", default="", metavar="NAME", help=text("option.log_origin"))
@passphrase_option()
@json_option()
@click.pass_context
def init(context: click.Context, origin: str, passphrase_file: Path | None, as_json: bool) -> int:
    """For a station made before there were logs; `proofwipe init` makes one with the keys. Exit 0."""
    from station.errors import FileNotWrittenError

    home = home_of(context).make()
    files = files_of(context)
    try:
        log = files.create(find_passphrase(passphrase_file), origin=origin)
    except OSError as error:
        raise FileNotWrittenError(subject=str(home.path), cause=os_reason(error)) from error
    log.close()
    if as_json:
        from station.documents.logs import LogMade

        output.tell(LogMade(origin=log.origin, log_key=str(log.public), policy_path=str(files.policy)))
    else:
        output.message(text("word.log_made", origin=log.origin, file=files.policy))
    return 0


@command.command("status", help=text("help.log_status"))
@json_option()
@click.pass_context
def status(context: click.Context, as_json: bool) -> int:
    """Size, head, key, what is open. The newest checkpoint is checked against what is stored. Exit 0."""
    from station.documents.logs import LogTold

    told = LogTold.of(own_log(context))
    if as_json:
        output.tell(told)
    else:
        _say_status(told)
    return 0


@command.command("export", help=text("help.log_export"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--snapshot", type=click.Path(path_type=Path, dir_okay=False), help=text("option.log_snapshot"))
@json_option()
@click.pass_context
def export(context: click.Context, folder: Path | None, snapshot: Path | None, as_json: bool) -> int:
    """Tiles into FOLDER, or one file for verifiers, or both. Exit 0; 7 when FOLDER shows another history."""
    from transparency import export as exporting

    if folder is None and snapshot is None:
        raise click.UsageError(text("word.log_export_where"))
    log = own_log(context).open()
    made: dict[str, Any] = {"origin": log.origin}
    behind = 0
    if folder is not None:
        head = exporting.export_tiles(log, folder)
        made |= {"folder": str(folder), "size": head.size, "root": head.root.hex()}
    if snapshot is not None:
        head = exporting.export_snapshot(log, snapshot)
        made |= {"snapshot": str(snapshot), "snapshot_size": head.size, "snapshot_root": head.root.hex()}
        behind = log.size - head.size
    log.close()
    if as_json:
        from station.documents.logs import LogExported

        names = {"folder": None, "size": None, "root": None, "snapshot_size": None, "snapshot_root": None}
        output.tell(LogExported(**{"snapshot_path": made.pop("snapshot", None), **names, **made}))
    else:
        for where, size in ((folder, made.get("size")), (snapshot, made.get("snapshot_size"))):
            if where is not None:
                output.message(text("word.log_exported", file=where, size=size))
        if behind:
            output.message(text("word.log_export_behind", number=behind), bold=True)
    return 0


@command.command("serve", help=text("help.log_serve"))
@port_options
@json_option()
@click.pass_context
def serve(context: click.Context, host: str, port: int, as_json: bool) -> int:
    """Read-only tiles over HTTP until Ctrl-C; the address goes to stdout."""
    from transparency.serving import LogSite

    log = own_log(context).open()
    return serve_site(LogSite(log), host, port, as_json=as_json, name=log.origin)


@command.command("cosign", help=text("help.log_cosign"))
@click.option("--line", "lines", type=click.Path(path_type=Path, dir_okay=False), help=text("option.log_line"))
@policy_option()
@json_option()
@click.pass_context
def cosign(context: click.Context, lines: Path | None, policy_file: Path | None, as_json: bool) -> int:
    """Ask every witness of the policy, or take in what one wrote. Exit 0; 9 when some did not sign, 1 when none did, 7
    when one says that the log has another history than it saw.
    """
    from certs.log.errors import WitnessError
    from transparency import cosigning

    files = own_log(context)
    policy = policy_of(context, policy_file)
    log = files.open()
    given = b"" if lines is None else read_file(lines)
    results = cosigning.take_in(log, policy, given) if lines is not None else cosigning.ask_all(log, policy)
    log.close()
    if as_json:
        from station.documents.logs import WitnessesAsked

        output.tell(WitnessesAsked(replies=tuple(_asked(*each) for each in results)))
    for witness, result in results:
        if isinstance(result, WitnessError):
            output.message(f"{witness.name}: {result.reason(current())}")
        else:
            output.message(text("word.log_cosigned", name=witness.name))
    refused = [result for _, result in results if isinstance(result, WitnessError)]
    if any(error.fault in ("forked", "rolled_back") for error in refused):
        return 7
    if not results:
        key = "log_no_witness" if lines is None else "log_line_of_nobody"
        output.message(text(f"word.{key}", file=policy_file or files.policy, line=lines or ""))
        return 8
    return 0 if not refused else 1 if len(refused) == len(results) else 9


@command.command("prove", help=text("help.log_prove"))
@click.argument("certificate_id", metavar="CERT_ID")
@click.option("-o", "--output", "target", type=click.Path(path_type=Path, dir_okay=False), help=text("option.output"))
@json_option()
@click.pass_context
def prove(context: click.Context, certificate_id: str, target: Path | None, as_json: bool) -> int:
    """tlog-proof@v1 of the certificate's ISSUE. Exit 0; 3 when it is not in the log."""
    from certs.log.errors import NotInLogError
    from station.setup.home import write_whole

    files = own_log(context)
    log = files.open()
    places = log.issues(certificate_id.upper())
    if not places:
        raise NotInLogError(subject=certificate_id, got=str(log.size))
    proof = log.proof(places[0], files.read_policy())
    log.close()
    if target is not None:
        write_whole(target.absolute(), proof)
    if as_json:
        from station.documents.logs import LogProof

        output.tell(LogProof(paper=certificate_id.upper(), log_index=places[0], proof=proof.decode()))
    elif target is None:
        click.echo(proof.decode(), nl=False)
    return 0


def _asked(witness: "Party", result: "Signature | WitnessError") -> "WitnessReply":
    from certs.log.errors import WitnessError
    from station.documents.logs import WitnessReply

    if isinstance(result, WitnessError):
        return WitnessReply(witness=witness.name, fault=result.fault, line=None)
    return WitnessReply(witness=witness.name, fault=None, line=result.line)


def own_log(context: click.Context) -> "LogFiles":
    """The station's log, which is there. Raises: NotInitialisedError, LogMissingError."""
    from station.errors import LogMissingError, NotInitialisedError

    home, files = home_of(context), files_of(context)
    if not home.keys.is_dir():
        raise NotInitialisedError(subject=str(home.path))
    if not files.log.is_file():
        raise LogMissingError(subject=str(files.log))
    return files


def _say_status(told: "LogTold") -> None:
    output.say(text("log_status.whole", origin=told.origin, size=told.size), bold=True)
    for kind, number in told.counts.items():
        output.say(f"  {text(f'log_status.{kind}', number=number)}")
    output.say(text("log_status.open", number=len(told.open_starts)))
    if told.witnesses:
        at = f"{told.cosigned_at[-1]:%Y-%m-%dT%H:%M:%SZ}"
        output.say(text("log_status.witnessed", names=", ".join(told.witnesses), at=at))
    else:
        output.say(text("log_status.unwitnessed"))
    output.say(text("log_status.key", line=told.log_key))
    output.say(text("log_status.root", root=told.root))
    output.say(text("log_status.policy", file=told.policy_path))


command.add_command(log_others.audit)
command.add_command(log_others.witness)
