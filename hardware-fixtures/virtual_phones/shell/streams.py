# SPDX-License-Identifier: GPL-3.0-or-later
"""What commands of the virtual shell are handed: streams, words, the machine they stand on, and its bounds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from virtual_phones.shell.filetree import FileTree

if TYPE_CHECKING:
    from virtual_phones.shell.shell import Shell

MOST_COMMANDS = 20_000
MOST_CHARACTERS = 8 * 1024 * 1024
MOST_WORDS = 20_000
DEEPEST_CALL = 25
KILLED = 137


class Machine(Protocol):
    """What the shell stands on."""

    @property
    def files(self) -> FileTree:
        """The file tree."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables every shell begins with."""

    @property
    def tools(self) -> Mapping[str, "Tool"]:
        """Programs in the PATH."""

    def epoch(self) -> int:
        """The machine's clock, Unix seconds."""


class OutOfBounds(Exception):
    """The line used more than a line may."""


class Leave(Exception):
    """`exit`."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


class Jump(Exception):
    """`break`, `continue`, `return`."""

    def __init__(self, kind: str, count: int) -> None:
        self.kind = kind
        self.count = count
        super().__init__(kind)


@dataclass(slots=True)
class Source:
    """Standard input: text with a reading position, shared by the commands of a loop."""

    text: str
    at: int = 0

    def rest(self) -> str:
        """Everything not read yet."""
        found = self.text[self.at :]
        self.at = len(self.text)
        return found

    def line(self) -> str | None:
        """The next line with its newline, or None at the end."""
        if self.at >= len(self.text):
            return None
        end = self.text.find("\n", self.at)
        end = len(self.text) if end < 0 else end + 1
        found = self.text[self.at : end]
        self.at = end
        return found


@dataclass(slots=True)
class Sink:
    """Where a stream goes: memory, or a file of the tree written at once."""

    shell: "Shell"
    path: str = ""
    pieces: list[str] = field(default_factory=list)
    closed: bool = False

    def write(self, text: str) -> None:
        """Raises: OutOfBounds; OSError when the disk is full."""
        if not text or self.closed:
            return
        self.shell.written += len(text)
        if self.shell.written > MOST_CHARACTERS:
            raise OutOfBounds
        if self.path:
            machine = self.shell.machine
            machine.files.write(self.path, encode(text), self.shell.uid, append=True, mtime=machine.epoch())
        else:
            self.pieces.append(text)

    def text(self) -> str:
        """What was written to memory."""
        return "".join(self.pieces)


@dataclass(slots=True)
class Call:
    """One command being run: its words after the name, and its streams."""

    shell: "Shell"
    name: str
    words: list[str]
    source: Source
    out: Sink
    err: Sink

    def write(self, text: str) -> None:
        """To standard output."""
        self.out.write(text)

    def complain(self, text: str, code: int = 1) -> int:
        """`name: text` to standard error; gives `code` back."""
        self.err.write(f"{self.name}: {text}\n")
        return code

    def path(self, word: str) -> str:
        """The word as a path from the root."""
        return self.shell.machine.files.absolute(word, self.shell.cwd)


Tool = Callable[[Call], int]


def decode(data: bytes) -> str:
    """Bytes as shell text; what is no UTF-8 survives."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Shell text as bytes. Lone surrogates that stand for no byte become `?`."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return b"".join(
            character.encode("utf-8", "surrogateescape" if "\udc80" <= character <= "\udcff" else "replace")
            for character in text
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a line gave. `merged` is both streams in the order they were written, if asked for."""

    stdout: bytes
    stderr: bytes
    exit_code: int
    delay_s: float
