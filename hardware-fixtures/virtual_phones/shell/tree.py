# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shell program is made of, once it has been read."""

from dataclasses import dataclass, field


class ShellSyntaxError(Exception):
    """The text is no shell program."""


@dataclass(slots=True)
class Literal:
    """Text as it stands; `quoted` text is neither split nor matched against files."""

    text: str
    quoted: bool
    is_plain: bool = field(init=False)
    """Stands for itself: neither a home folder nor a pattern."""

    def __post_init__(self) -> None:
        self.is_plain = self.quoted or not (self.text[:1] == "~" or any(mark in self.text for mark in "*?["))


@dataclass(slots=True)
class Parameter:
    """$name, ${name}, ${name OPERATOR word}; `operator` "#" with no word is the length."""

    name: str
    quoted: bool
    operator: str = ""
    word: "Word | None" = None


@dataclass(slots=True)
class Substitution:
    """$(…) or `…`."""

    body: "Node"
    quoted: bool


@dataclass(slots=True)
class Arithmetic:
    """$((…)), its text expanded like a double-quoted word."""

    word: "Word"
    quoted: bool


Part = Literal | Parameter | Substitution | Arithmetic
Word = list[Part]


@dataclass(slots=True)
class Redirect:
    """One redirection. `text` is the body of a here-document."""

    fd: int
    operator: str
    target: Word


@dataclass(slots=True)
class Simple:
    """Assignments, words, redirections."""

    assignments: list[tuple[str, Word]] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    redirects: list[Redirect] = field(default_factory=list)
    is_call: bool | None = None
    """Words and nothing else; None until it is first run."""
    as_written: list[str] | None = None
    """The words, when none of them holds anything to be expanded; nobody changes the list."""


@dataclass(slots=True)
class Pipeline:
    """Commands joined by `|`, perhaps negated."""

    commands: "list[Node]"
    negated: bool


@dataclass(slots=True)
class AndOr:
    """Pipelines joined by && and ||."""

    first: "Node"
    rest: "list[tuple[str, Node]]"


@dataclass(slots=True)
class Sequence:
    """Commands one after the other."""

    items: "list[Node]"


@dataclass(slots=True)
class Compound:
    """A compound command with redirections.

    `kind`: group, subshell, if, for, while, until, case or function.
    """

    kind: str
    redirects: list[Redirect] = field(default_factory=list)
    branches: "list[tuple[Node, Node]]" = field(default_factory=list)  # if: condition, body
    otherwise: "Node | None" = None
    name: str = ""  # for, function
    words: "list[Word] | None" = None  # for; case: the one word
    patterns: "list[tuple[list[Word], Node]]" = field(default_factory=list)
    condition: "Node | None" = None  # while, until
    body: "Node | None" = None


Node = Simple | Pipeline | AndOr | Sequence | Compound
