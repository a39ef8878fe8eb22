# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe`: the command line. Each command lives in `station.cli.commands`, imported when it is called."""

import gc
import importlib
import io
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from phones.errors import ProofwipeError
from station.cli import output
from station.cli.cli_text import TranslatedGroup, usage_error
from station.errors import (
    ExtraMissingError,
    FileUnusableError,
    OutputLostError,
    StationBusyError,
    StationServedError,
)
from station.text import language
from station.text.language import os_reason, text

if TYPE_CHECKING:
    import logging

_PRINTS = ("click.utils", "rich.console", "station.cli.output")
_VERIFIER, _STATION = "certs.verify.verifier", "station.setup.home"
"""Loaded by every command that verifies, and by every one that opens a station."""
EXTRA_MODULES = frozenset(
    {
        "PIL",
        "adbutils",
        "fastapi",
        "jinja2",
        "platformdirs",
        "pymobiledevice3",
        "reportlab",
        "textual",
        "tomli_w",
        "usb",
        "uvicorn",
        "virtual_phones",
    }
)
"""What `proofwipe[bench]` brings."""

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "init": "station.cli.commands.init",
        "demo": "station.cli.commands.demo",
        "list": "station.cli.commands.list",
        "watch": "station.cli.commands.watch",
        "inspect": "station.cli.commands.inspect",
        "check": "station.cli.commands.check",
        "wipe": "station.cli.commands.wipe",
        "bench": "station.cli.commands.bench",
        "serve": "station.cli.commands.serve",
        "dashboard": "station.cli.commands.dashboard",
        "process": "station.cli.commands.process",
        "challenge": "station.cli.commands.challenge",
        "attest": "station.cli.commands.attest",
        "card": "station.cli.commands.card",
        "photo": "station.cli.commands.photo",
        "abandon": "station.cli.commands.abandon",
        "skip": "station.cli.commands.skip",
        "answer": "station.cli.commands.answer",
        "validate": "station.cli.commands.validate",
        "jobs": "station.cli.commands.jobs",
        "tag": "station.cli.commands.tag",
        "lot": "station.cli.commands.lot",
        "lots": "station.cli.commands.lots",
        "history": "station.cli.commands.history",
        "export": "station.cli.commands.export",
        "withdraw": "station.cli.commands.withdraw",
        "recheck": "station.cli.commands.recheck",
        "sample": "station.cli.commands.sample",
        "copy": "station.cli.commands.copy",
        "reprint": "station.cli.commands.reprint",
        "label": "station.cli.commands.label",
        "print": "station.cli.commands.print",
        "regrade": "station.cli.commands.regrade",
        "grade": "station.cli.commands.grade",
        "attested": "station.cli.commands.attested",
        "verify": "station.cli.commands.verify",
        "keys": "station.cli.commands.keys",
        "ledger": "station.cli.commands.ledger",
        "log": "station.cli.commands.log",
        "explain": "station.cli.commands.explain",
        "schema": "station.cli.commands.schema",
        "record": "station.cli.commands.record",
        "unlock": "station.cli.commands.unlock",
        "lock": "station.cli.commands.lock",
        "token": "station.cli.commands.token",
        "webhook": "station.cli.commands.webhook",
        "doctor": "station.cli.commands.doctor",
        "completion": "station.cli.commands.completion",
    }
)
"""Command → module; each module has `command`."""
UNLISTED = frozenset({"completion"})
"""Set up once, mostly by a package: the help names it below the commands of the day, not among them."""


GROUPS = frozenset({"export", "grade", "keys", "ledger", "log", "print", "sample", "token", "webhook"})
"""Commands that have commands of their own; a test compares."""
_FOR_PROGRAMS, _WITH_VALUE = ("--json", "--jsonl"), ("--home", "--lang")


class LazyGroup(TranslatedGroup):
    """Imports a command only when it is called; the list of commands needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's shape
        """In the order of a day's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's shape
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command

    def listed(self, ctx: click.Context) -> list[str]:
        """All but those of `UNLISTED`."""
        return [name for name in self.list_commands(ctx) if name not in UNLISTED]

    def sentence(self, ctx: click.Context, name: str) -> str:  # noqa: ARG002 - as above
        """From the catalogue, without importing the command."""
        return text(f"help.{name}")


def build() -> click.Group:
    """The command group, in the language in use."""

    @click.group(
        cls=LazyGroup,
        help=text("help.proofwipe"),
        epilog=text("help.more"),
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    @click.option(
        "--version", is_flag=True, is_eager=True, expose_value=False, callback=_say_version, help=text("help.version")
    )
    @click.option("--home", metavar="DIR", help=text("option.home"))
    @click.option("--lang", type=click.Choice(["en", "zh"]), help=text("option.lang"))
    @click.pass_context
    def proofwipe(context: click.Context, home: str | None, lang: str | None) -> None:
        context.ensure_object(dict)
        context.obj["home"] = home
        del lang  # taken from the raw command line by station.text.language, before help texts were made

    return proofwipe


def main(arguments: list[str] | None = None) -> None:
    """Run the program and leave with the documented exit code; never with a traceback."""
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese must not end the program
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # started with it closed
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for the whole run
    language.choose(given)
    gc.set_threshold(100_000, 20, 20)  # a short run makes many objects that stay, and hardly any circles of them
    _leave(run(given))


def _leave(code: int) -> NoReturn:
    """End the process; a verifier's at once, since it leaves nothing to be put in order and taking the interpreter
    apart would be a fifth of its time.
    """
    if _VERIFIER not in sys.modules or _STATION in sys.modules:
        sys.exit(code)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)  # which says what could not be written
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code. `--json` and `--jsonl` may stand before the command, too."""
    arguments = behind_the_command(arguments)
    as_json = "--json" in arguments or "--jsonl" in arguments
    verbose = "--verbose" in arguments or "-v" in arguments
    try:
        result: Any = build().main(args=arguments, prog_name="proofwipe", standalone_mode=False)
        output.flush()  # here, where what cannot be written has a sentence
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.Abort:
        output.message(text("word.stopped"))
        return 130
    except click.ClickException as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError) and error.ctx is not None:
            click.echo(error.ctx.get_help(), err=True)
            return error.exit_code
        return _show_error(usage_error(error), as_json=as_json, verbose=verbose)
    except ProofwipeError as error:
        _station_log(arguments).error("%s", error)
        return _show_error(_of_holder(error, arguments), as_json=as_json, verbose=verbose)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA_MODULES:
            raise
        return _show_error(ExtraMissingError(got=error.name or ""), as_json=as_json, verbose=verbose)
    except KeyboardInterrupt:
        output.message(text("word.stopped"))
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - the outermost edge: one line here, the traceback to the log
        if isinstance(error, OSError) and _is_of_printing(error):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return _show_error(OutputLostError(cause=os_reason(error)), as_json=as_json, verbose=verbose)
        if isinstance(error, OSError) and isinstance(error.filename, str | bytes):
            _station_log(arguments).exception("not translated")
            unusable = FileUnusableError(subject=os.fsdecode(error.filename)[:120], cause=os_reason(error))
            return _show_error(unusable, as_json=as_json, verbose=verbose)
        _station_log(arguments).exception("unexpected")
        return _show_error(
            ProofwipeError(got=f"{type(error).__name__}: {error}".splitlines()[0]), as_json=as_json, verbose=verbose
        )
    return result if isinstance(result, int) else 0


def behind_the_command(arguments: list[str]) -> list[str]:
    """The same command line with `--json` and `--jsonl` where the command reads them, or refuses one it has not."""
    before: list[str] = []
    moved: list[str] = []
    given = iter(arguments)
    for word in given:
        if word in _FOR_PROGRAMS:
            moved.append(word)
            continue
        before.append(word)
        if word in _WITH_VALUE:
            before += [value for value in (next(given, None),) if value is not None]
        elif not word.startswith("-") and word not in GROUPS:
            break
    return [*before, *moved, *given]


def _is_of_printing(error: OSError) -> bool:
    """Did it come from writing to stdout or stderr: from the last of these modules that was at work?"""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is not None and last.tb_frame.f_globals.get("__name__") in _PRINTS


def _of_holder(error: ProofwipeError, arguments: list[str]) -> ProofwipeError:
    """Where it is a service that holds the station: what to do beside one that runs day and night."""
    if not isinstance(error, StationBusyError):
        return error
    from station.cli.cli_text import value_of
    from station.client.connection import connection_to
    from station.setup.home import find_home

    served = connection_to(find_home(value_of("--home", arguments))).answers()
    return StationServedError(**error.facts) if served else error


def _show_error(error: ProofwipeError, *, as_json: bool, verbose: bool) -> int:
    """Say an error, if there is anywhere left to say it; its exit code either way."""
    try:
        output.show_error(error, as_json=as_json, verbose=verbose)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a full or closed stdout: nothing more can be told there
        with suppress(OSError):
            output.show_error(error, verbose=verbose)
    return error.exit_code


def _station_log(arguments: list[str]) -> "logging.Logger":
    """The station's log, where there is a station; details and tracebacks go there, never to the terminal."""
    import logging

    from station.cli.cli_text import value_of
    from station.setup.home import find_home

    log = logging.getLogger("proofwipe")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    with suppress(ModuleNotFoundError, OSError):  # a buyer's installation knows no home; a home may be read-only
        home = find_home(value_of("--home", arguments))
        if home.keys.is_dir() and os.access(home.path, os.W_OK):
            home.start_log()
    return log


def _say_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's shape
    if wanted:
        click.echo(f"proofwipe {_version()}")
        context.exit()


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("proofwipe")
    except metadata.PackageNotFoundError:
        return "0 (not installed)"


if __name__ == "__main__":
    main()
