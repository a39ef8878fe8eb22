# SPDX-License-Identifier: GPL-3.0-or-later
"""A line that takes its standard input as it comes: `cat > FILE` and `cat >> FILE`, without holding it in memory.

Every other line is handed its input whole (`Shell.run`).
"""

from collections.abc import Callable

from virtual_phones.shell.shell import Shell
from virtual_phones.shell.streams import Result, Sink, Source, encode
from virtual_phones.shell.syntax import parse
from virtual_phones.shell.tree import AndOr, Literal, Node, Pipeline, Sequence, ShellSyntaxError, Simple


class FedLine:
    """`feed` pieces until `ended` or the input ends, then `finish`."""

    def __init__(self, shell: Shell, file: Callable[[bytes], None] | None, err: Sink) -> None:
        self._shell = shell
        self._file = file
        self._err = err
        self._code = int(file is None)
        self.ended = file is None
        """The line waits for no more input: the file could not be opened, or a write failed."""

    def feed(self, data: bytes) -> None:
        """Input; what comes after the end is lost, as in a closed pipe."""
        if self.ended or self._file is None:
            return
        try:
            self._file(data)
        except OSError as error:
            self._code = 1
            self.ended = True
            self._err.write(f"cat: xwrite: {error.strerror}\n")

    def finish(self) -> Result:
        """The input has ended, or the line."""
        self.ended = True
        error = encode(self._err.text())
        return Result(pieces=(), stderr=error, exit_code=self._code, delay_s=self._shell.delay_s)


def fed_line(shell: Shell, line: str) -> FedLine | None:
    """The opened line; None when it is anything but a `cat` into one file."""
    command = _only_command(line)
    if command is None or command.assignments or len(command.redirects) != 1 or len(command.words) != 1:
        return None
    redirect = command.redirects[0]
    if redirect.fd != 1 or redirect.operator not in (">", ">>", ">|"):
        return None
    if not all(isinstance(part, Literal) for part in [*command.words[0], *redirect.target]):
        return None
    if shell.one(command.words[0]) != "cat":
        return None
    err = Sink(shell)
    streams = shell.redirected(command.redirects, Source(""), Sink(shell), err)
    return FedLine(shell, None if streams is None else streams[1].file, err)


def _only_command(line: str) -> Simple | None:
    try:
        node: Node = parse(line)
    except ShellSyntaxError:
        return None
    while not isinstance(node, Simple):
        match node:
            case Sequence(items=[only]) | AndOr(first=only, rest=[]) | Pipeline(commands=[only], negated=False):
                node = only
            case _:
                return None
    return node
