# SPDX-License-Identifier: GPL-3.0-or-later
"""What commands of the virtual shell are handed: streams, words, the machine they stand on, and its bounds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from virtual_phones.shell.filetree import FileTree
from virtual_phones.storage.stored import Part, whole

if TYPE_CHECKING:
    from virtual_phones.shell.shell import Shell

MOST_COMMANDS = 80_000
"""Ten thousand turns of a loop that makes files."""
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
    """Where a stream goes: memory, or a file of the tree written at once.

    `to_host`: the line's own standard output. Parts of stored files pass through it unread, however large.
    """

    shell: "Shell"
    file: Callable[[bytes], None] | None = None
    pieces: list[str | bytes | Part] = field(default_factory=list)
    closed: bool = False
    to_host: bool = False

    def write(self, text: str) -> None:
        """Raises: OutOfBounds; OSError when the disk is full."""
        if not text or self.closed:
            return
        shell = self.shell
        shell.written += len(text)
        if shell.written > MOST_CHARACTERS:
            raise OutOfBounds
        if self.file is not None:
            self.file(encode(text))
        else:
            self.pieces.append(text)

    def put(self, data: bytes | Part) -> None:
        """Bytes as they are, or a part of a file. Raises: OutOfBounds; OSError when the disk is full."""
        if self.closed:
            return
        if isinstance(data, Part):
            if self.to_host:
                self.pieces.append(data)
                return
            self._count(data.count)
            data = data.all()
        else:
            self._count(len(data))
        if self.file is not None:
            self.file(data)
        elif data:
            self.pieces.append(data)

    def _count(self, count: int) -> None:
        self.shell.written += count
        if self.shell.written > MOST_CHARACTERS:
            raise OutOfBounds

    def text(self) -> str:
        """What was written to memory."""
        if len(self.pieces) == 1 and isinstance(self.pieces[0], str):  # as of most commands
            return self.pieces[0]
        return "".join(
            piece if isinstance(piece, str) else decode(piece if isinstance(piece, bytes) else piece.all())
            for piece in self.pieces
        )

    def data(self) -> tuple[bytes | Part, ...]:
        """The same as bytes; parts of files stay unread."""
        if self.pieces and all(type(piece) is str for piece in self.pieces):  # as of nearly all lines
            return (encode(self.text()),)
        found: list[bytes | Part] = []
        for is_part, pieces in groupby(self.pieces, lambda piece: isinstance(piece, Part)):
            if is_part:
                found += [piece for piece in pieces if isinstance(piece, Part)]
            else:
                found.append(_joined(piece for piece in pieces if not isinstance(piece, Part)))
        return tuple(found)


def _joined(pieces: Iterable[str | bytes]) -> bytes:
    """Text is put together before it is encoded: a character's bytes may have been written apart."""
    found = []
    for is_text, group in groupby(pieces, lambda piece: isinstance(piece, str)):
        same = list(group)
        if is_text:
            found.append(encode("".join(piece for piece in same if isinstance(piece, str))))
        else:
            found += [piece for piece in same if isinstance(piece, bytes)]
    return b"".join(found)


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
    """What a line gave. Standard output in pieces; parts of stored files are read when they are sent."""

    pieces: tuple[bytes | Part, ...]
    stderr: bytes
    exit_code: int
    delay_s: float

    @property
    def stdout(self) -> bytes:
        """Standard output whole."""
        return whole(self.pieces)
