# SPDX-License-Identifier: GPL-3.0-or-later
"""Help pages and usage errors of click, speaking the language in use; click itself has them in English only."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from phones.errors import ProofwipeError
from station.text.language import text

_BRACKETS = ("required", "default")


class UsageError(ProofwipeError):
    """The command line itself is wrong; nothing was begun."""

    code = "usage"
    exit_code = 2


class _Translated(click.Command):
    """The parts of a help page that click writes by itself."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Every command takes `--verbose`, and `-v` where it means nothing else; `station.cli.main` reads it from the
        raw command line.
        """
        own = super().get_params(ctx)
        taken = {name for parameter in own for name in parameter.opts}
        names = [name for name in ("-v", "--verbose") if name not in taken]
        verbose = click.Option(names, is_flag=True, expose_value=False, help=text("option.verbose"))
        return [*own, verbose] if names else own

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = text("help.help")
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        for word, key in (("[OPTIONS]", "help.usage_options"), ("COMMAND [ARGS]...", "help.usage_command")):
            pieces = pieces.replace(word, text(key))
        formatter.write_usage(ctx.command_path, pieces, prefix=f"{text('help.usage')} ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [record for parameter in self.get_params(ctx) if (record := parameter.get_help_record(ctx))]
        if records:
            with formatter.section(text("help.options")):
                formatter.write_dl([(left, _bracketed(right)) for left, right in records])


class TranslatedCommand(_Translated):
    """A command."""


class TranslatedGroup(_Translated, click.Group):
    """A group of commands, listed under the heading of the language in use."""

    command_class = TranslatedCommand

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, then commands."""
        _Translated.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line a command."""
        with formatter.section(text("help.commands")):
            formatter.write_dl([(name, self.sentence(ctx, name)) for name in self.listed(ctx)])

    def listed(self, ctx: click.Context) -> list[str]:
        """The commands that the help page lists."""
        return self.list_commands(ctx)

    def sentence(self, ctx: click.Context, name: str) -> str:
        """What the command called `name` does."""
        command = self.get_command(ctx, name)
        return command.help or "" if command is not None else ""


def command(name: str, *, key: str = "") -> Callable[[Callable[..., Any]], click.Command]:
    """A command called `name`, with the sentence `help.<key or name>`."""
    return click.command(name, cls=TranslatedCommand, help=text(f"help.{key or name}"))


def group(name: str) -> Callable[[Callable[..., Any]], TranslatedGroup]:
    """A group of commands called `name`."""
    return click.group(name, cls=TranslatedGroup, help=text(f"help.{name}"))


def usage_error(error: click.ClickException) -> UsageError:
    """What click found wrong, as one of our own errors."""
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "proofwipe"
    return UsageError(subject=where, fault=_wrong(error))


def _wrong(error: click.ClickException) -> str:
    match error:
        case click.MissingParameter(param=parameter) if parameter is not None:
            return text("usage.missing", name=_name(parameter))
        case click.NoSuchOption(option_name=name):
            return text("usage.no_such_option", name=name)
        case click.BadOptionUsage(option_name=name):
            return text("usage.option_value", name=name)
        case click.BadParameter(param=parameter) if parameter is not None:
            return text("usage.bad_value", name=_name(parameter), expected=_expected(parameter))
        case click.FileError(ui_filename=name):
            return text("usage.bad_value", name=name, expected=text("usage.kind_path"))
        case click.UsageError(ctx=context, message=message) if isinstance(message, str):
            return _of_group(context, message)
    return error.format_message()


def _of_group(context: click.Context | None, message: str) -> str:
    """There are no classes of click's for these two; whatever is not one of them is a sentence of ours."""
    if message.startswith("No such command"):
        return _no_command(context, message.split("'")[1] if "'" in message else "")
    if message.startswith("Got unexpected extra argument"):
        return text("usage.extra", name=message.partition("(")[2].partition(")")[0])
    return message


_MEANT = {"help": "--help", "version": "--version", "man": "--help"}
"""What people type in other programs, and what it is called here."""


def _no_command(context: click.Context | None, name: str) -> str:
    """With what was meant, if that is plain."""
    import difflib  # only who slips waits for it

    said = text("usage.no_such_command", name=name)
    group = context.command if context is not None else None
    near = _MEANT.get(name.lower())
    if near is None and context is not None and isinstance(group, click.Group):
        near = next(iter(difflib.get_close_matches(name.lower()[:40], group.list_commands(context), n=1)), None)
    if near is None:
        return said
    return text(
        "usage.meant", said=said, command=f"{context.command_path if context is not None else ''} {near}".strip()
    )


def _name(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return " / ".join((*parameter.opts, *parameter.secondary_opts))
    return parameter.make_metavar(click.Context(click.Command("-"))) if parameter.name else ""


def _expected(parameter: click.Parameter) -> str:
    kind = parameter.type
    if isinstance(kind, click.Choice):
        return ", ".join(str(choice) for choice in kind.choices)
    if isinstance(kind, click.IntRange):
        return f"{kind.min}–{kind.max}"
    key = "usage.kind_path" if isinstance(kind, click.Path) else f"usage.kind_{kind.name}"
    from phones.words import keys

    return text(key if key in keys("usage.") else "usage.kind_text")


def _bracketed(sentence: str) -> str:
    for word in _BRACKETS:
        sentence = sentence.replace(f"[{word}", f"[{text(f'help.{word}')}")
    return sentence


def value_of(option: str, arguments: Sequence[str]) -> str | None:
    """What the raw command line gives an option, for where it cannot be parsed yet or any more."""
    for position, argument in enumerate(arguments):
        if argument == option and position + 1 < len(arguments):
            return arguments[position + 1]
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2]
    return None


def stage_text(stage: str) -> str:
    """A job's stage for people; machines get the name of the table in station.ledger.stages."""
    return text(f"stage.{stage}")
