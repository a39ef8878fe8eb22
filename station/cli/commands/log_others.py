# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe log audit` and `log witness`: what others do with a log, and what they share with its owner."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from phones.given_files import read_given
from station.cli import output
from station.cli.cli_text import TranslatedCommand
from station.cli.commands.options import Decorator, home_of, json_option, passphrase_option
from station.cli.passphrase import VARIABLE, find_passphrase, new_passphrase
from station.errors import ConfigError
from station.text.language import os_reason, text

if TYPE_CHECKING:
    from certs.log.audit import Audit, Memory
    from certs.log.policy import LogPolicy
    from transparency.files import LogFiles
    from transparency.serving import Site
    from transparency.witness import Witness

_LARGEST_LINES = 128 * 1024
_LARGEST_MEMORY = 1024 * 1024 * 1024
_SHOWN = 20  # faults and open starts named one by one


def files_of(context: click.Context) -> "LogFiles":
    """The station's log and what belongs to it."""
    from transparency.files import LogFiles

    home = home_of(context)
    return LogFiles(home.transparency_log, home.keys)


def policy_option() -> Decorator:
    """`--policy FILE`."""
    return click.option(
        "--policy", "policy_file", type=click.Path(path_type=Path, dir_okay=False), help=text("option.log_policy")
    )


def port_options(function: Any) -> Any:
    """`--host` and `--port`."""
    host = click.option("--host", default="127.0.0.1", show_default=True, help=text("option.host"))
    port = click.option("--port", type=click.IntRange(0, 65535), default=0, help=text("option.port"))
    return host(port(function))


@click.command("audit", cls=TranslatedCommand, help=text("help.log_audit"))
@click.argument("source", required=False, metavar="[FOLDER|URL|FILE]")
@policy_option()
@click.option("--memory", type=click.Path(path_type=Path, dir_okay=False), help=text("option.log_memory"))
@json_option()
@click.pass_context
def audit(
    context: click.Context, source: str | None, policy_file: Path | None, memory: Path | None, as_json: bool
) -> int:
    """Replay a whole log. Exit 0; 7 for a log that is not good, 6 when it cannot be told."""
    if source is not None and policy_file is None:
        raise click.UsageError(text("word.log_policy_needed"))
    found = _audited(context, source, policy_of(context, policy_file), memory, home_of(context).path / "seen")
    _say_audit(found, as_json=as_json)
    return found.exit_code


@click.command("witness", cls=TranslatedCommand, help=text("help.log_witness"))
@click.option("--state", type=click.Path(path_type=Path, file_okay=False), help=text("option.witness_state"))
@click.option("--new", "new_name", metavar="NAME", help=text("option.witness_new"))
@click.option("--once", metavar="FOLDER|URL|FILE", help=text("option.witness_once"))
@policy_option()
@port_options
@passphrase_option()
@json_option()
@click.pass_context
def witness(
    context: click.Context,
    state: Path | None,
    new_name: str | None,
    once: str | None,
    policy_file: Path | None,
    host: str,
    port: int,
    passphrase_file: Path | None,
    as_json: bool,
) -> int:
    """Sign other people's checkpoints if they continue the ones before. Exit 0; with --once as `audit`."""
    from phones.clock import SystemClock
    from transparency import witness_files
    from transparency.witness import Witness, WitnessSite

    folder = state or home_of(context).path / "witness"
    if new_name is not None:
        chosen = new_passphrase(
            passphrase_file, variable=VARIABLE, question="ask.new_witness_passphrase", names=[new_name]
        )
        made = str(witness_files.create(folder, new_name, chosen))
        if as_json:
            from station.documents.logs import WitnessMade

            output.tell(WitnessMade(witness=new_name, witness_key=made, folder=str(folder)))
        else:
            output.say(made)
            output.message(text("word.witness_made", name=new_name))
        return 0
    if policy_file is None:
        raise click.UsageError(text("word.log_policy_needed"))
    policy = policy_of(context, policy_file)
    key = witness_files.read(folder, find_passphrase(passphrase_file, key=folder / "witness-key.pem"))
    one = Witness(folder / "witness.sqlite3", key=key, policy=policy, clock=SystemClock())
    if once is None:
        return serve_site(WitnessSite(one), host, port, as_json=as_json, name=key.name)
    return _witness_once(context, one, once, policy, folder, as_json=as_json)


def _witness_once(
    context: click.Context, one: "Witness", source: str, policy: "LogPolicy", folder: Path, *, as_json: bool
) -> int:
    """Audit, then sign: this witness is a monitor too."""
    from certs.log import merkle
    from transparency.witness import format_request

    found = _audited(context, source, replace(policy, quorum="none"), None, folder / "seen")
    if found.memory is None or found.exit_code:
        _say_audit(found, as_json=as_json)
        return found.exit_code or 6
    old = one.size_of(found.origin)
    proof = merkle.consistency_of(found.memory.hashes, old) if old <= found.size else ()
    reply = one.add_checkpoint(format_request(old, proof, found.memory.note))
    line = reply.body.decode() if reply.status == 200 else ""
    if as_json:
        from station.documents.logs import LogCosigned

        fault = reply.fault or None
        output.tell(LogCosigned(origin=found.origin, size=found.size, line=line or None, fault=fault))
    elif line:
        click.echo(line, nl=False)
    if not line:
        output.message(text(f"log_fault.{reply.fault}"))
        return 7
    return 0


def serve_site(site: "Site", host: str, port: int, *, as_json: bool, name: str) -> int:
    """Serve until Ctrl-C. Raises: ConfigError when the address cannot be had."""
    from transparency.serving import Server

    try:
        server = Server(site, host=host, port=port)
    except OSError as error:
        raise ConfigError(
            subject=f"{host}:{port}", expected=text("expected.free_address"), got=os_reason(error)
        ) from error
    with server:
        if as_json:
            from station.documents.logs import LogServing

            output.tell_line(LogServing(url=server.url, origin=name))
        else:
            output.say(server.url)
            output.message(text("word.log_serving", name=name))
        server.serve_forever()
    return 0


def read_file(path: Path, *, most: int = _LARGEST_LINES) -> bytes:
    """A small file. Raises: ConfigError."""
    try:
        return read_given(path, most)
    except OSError as error:
        raise ConfigError(subject=str(path), expected=text("expected.text_file"), got=os_reason(error)) from error


def policy_of(context: click.Context, file: Path | None) -> "LogPolicy":
    """The station's own trust policy, or that of a file. Raises: ConfigError, KeyUnreadableError, LogReadError."""
    return files_of(context).read_policy() if file is None else policy_from(file)


def policy_from(file: Path) -> "LogPolicy":
    """A policy file somebody named. Raises: ConfigError, KeyUnreadableError, LogReadError."""
    from transparency.files import read_policy

    read_file(file, most=1)
    return read_policy(file)


def _audited(
    context: click.Context, source: str | None, policy: "LogPolicy", memory: Path | None, folder: Path
) -> "Audit":
    """Fetch, audit, and remember what may be remembered. `memory`: a file; else one for the origin in `folder`."""
    from certs.log import audit as auditing
    from phones.durable_files import write_over
    from transparency import sources

    log = None if source is not None else files_of(context).open()
    try:
        found = sources.find(source) if source is not None else sources.own(log) if log is not None else None
        assert found is not None
        origin = hashlib.sha256(found.checkpoint.origin.encode()).hexdigest()
        file = memory or folder / f"{origin[:32]}.seen"
        result = auditing.audit(found.note, found.leaves, policy, published=found.published, memory=_remembered(file))
    finally:
        if log is not None:
            log.close()
    if result.memory is not None:
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_over(file, [result.memory.to_bytes()])
        except OSError as error:
            raise ConfigError(subject=str(file), expected=text("expected.new_folder"), got=os_reason(error)) from error
    return result


def _remembered(file: Path) -> "Memory | None":
    from certs.log.audit import Memory

    return Memory.parse(read_file(file, most=_LARGEST_MEMORY)) if file.exists() else None


def _say_audit(found: "Audit", *, as_json: bool) -> None:
    history = found.history
    if as_json:
        from station.documents.logs import EntryFault, LogAudited

        output.tell(
            LogAudited(
                verdict=found.verdict.value,
                origin=found.origin,
                size=found.size,
                faults=tuple(EntryFault.of(each) for each in found.faults),
                doubts=tuple(EntryFault.of(each) for each in found.doubts),
                counts=history.counts(),
                open_starts=tuple(history.open_starts()),
                unfinished_replacements=tuple(history.unfinished_replacements()),
                witnesses=tuple(found.witnesses),
                cosigned_at=tuple(found.cosigned_at),
            )
        )
        return
    output.message(text(f"word.log_audit_{found.verdict.value}", origin=found.origin, size=found.size), bold=True)
    for each in (*found.faults, *found.doubts)[:_SHOWN]:
        where = text("word.log_entry", index=each.index) if each.index >= 0 else text("word.log_whole")
        output.message(f"  {where}: {text(f'log_fault.{each.fault}')} ({each.got})")
    _say_open("word.log_open_starts", history.open_starts())
    _say_open("word.log_unfinished", history.unfinished_replacements())
    if not found.witnesses:
        output.message(text("word.log_unwitnessed"))


def _say_open(key: str, numbers: Sequence[int]) -> None:
    if numbers:
        shown = ", ".join(map(str, numbers[:_SHOWN])) + (" …" if len(numbers) > _SHOWN else "")
        output.message(text(key, number=len(numbers), entries=shown))
