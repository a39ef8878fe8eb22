# SPDX-License-Identifier: GPL-3.0-or-later
"""How words become arguments: parameters, substitutions, splitting, and patterns against files."""

import fnmatch
from abc import ABC, abstractmethod

from virtual_phones.shell.arithmetic import ArithmeticError64, evaluate, number
from virtual_phones.shell.streams import DEEPEST_CALL, MOST_WORDS, Leave, Machine, OutOfBounds, Sink, Source
from virtual_phones.shell.tree import Arithmetic, Literal, Node, Parameter, Part, Substitution, Word

_WILD = frozenset("*?[")


class Expansion(ABC):
    """The half of a shell that turns words into text; `_in_subshell` is the other half's."""

    machine: Machine
    uid: int
    cwd: str
    variables: dict[str, str]
    arguments: list[str]
    status: int
    calls: int
    substitutions: int
    stop_on_error: bool

    @abstractmethod
    def _in_subshell(self, node: Node, source: Source, out: Sink, err: Sink) -> None:
        """Run with a copy of the state."""

    @abstractmethod
    def errors(self) -> Sink:
        """Where complaints of substituted commands go: the shell's own stderr."""

    @abstractmethod
    def memory(self) -> Sink:
        """A fresh sink that keeps what is written."""

    def fields(self, words: list[Word]) -> list[str]:
        """Words expanded, split and matched against files, as arguments are."""
        found: list[str] = []
        for word in words:
            if len(word) == 1 and type(part := word[0]) is Literal and part.is_plain:
                found.append(part.text)
                continue
            if (whole := self._unsplit(word)) is not None:
                found.append(whole)
                continue
            for text, pattern in self._split(word):
                names = self._names(pattern) if pattern is not None else []
                found.extend(names or [text])
            if len(found) > MOST_WORDS:
                raise OutOfBounds
        return found

    def _unsplit(self, word: Word) -> str | None:
        """The text of a word in which nothing is to be split or matched, as most are; None for every other."""
        if not word:
            return None
        found = ""
        for part in word:
            if type(part) is Literal:
                text = part.text
                if not part.is_plain:
                    return None
            elif type(part) is Parameter and not part.operator and part.name not in "@*":
                text = self.value(part.name)
                if not part.quoted and not (text.isalnum() and text.isascii()):
                    return None
            else:
                return None
            found += text
        return found

    def one(self, word: Word) -> str:
        """A word expanded to one text, without splitting: assignments, redirections, `case`."""
        return "".join(self._part(part)[0] for part in word)

    def pattern(self, word: Word) -> str:
        """A word as a pattern: what was quoted matches itself."""
        return "".join(
            literally(text) if quoted else text
            for text, quoted in ((self._part(part)[0], part.quoted) for part in word)
        )

    def _split(self, word: Word) -> list[tuple[str, str | None]]:
        """Fields of one word, each with its pattern if it holds unquoted wildcards."""
        fields: list[tuple[list[str], list[str], bool]] = []
        open_field = False

        def add(text: str, *, quoted: bool) -> None:
            nonlocal open_field
            if not open_field:
                fields.append(([], [], False))
                open_field = True
            plain, pattern, wild = fields[-1]
            plain.append(text)
            pattern.append(literally(text) if quoted else text)
            fields[-1] = (plain, pattern, wild or not (quoted or _WILD.isdisjoint(text)))

        for part in word:
            text, many = self._part(part)
            if many is not None:
                for index, item in enumerate(many):
                    open_field = open_field and index == 0
                    add(item, quoted=True)
                continue
            if part.quoted or isinstance(part, Literal):
                home = self._home(part, first=part is word[0])
                add(home if home is not None else text, quoted=part.quoted)
                continue
            if text[:1].isspace():
                open_field = False
            for index, piece in enumerate(text.split()):
                open_field = open_field and index == 0
                add(piece, quoted=False)
            if text[-1:].isspace():
                open_field = False
        return [("".join(plain), "".join(pattern) if wild else None) for plain, pattern, wild in fields]

    def _home(self, part: Part, *, first: bool) -> str | None:
        if first and isinstance(part, Literal) and not part.quoted and (part.text == "~" or part.text[:2] == "~/"):
            return self.variables.get("HOME", "/") + part.text[1:]
        return None

    def _part(self, part: Part) -> tuple[str, list[str] | None]:
        """One part's text; for quoted $@ the list of arguments too."""
        match part:
            case Literal():
                return part.text, None
            case Parameter():
                return self._parameter(part)
            case Arithmetic():
                try:
                    return str(evaluate(self.one(part.word), self.value)), None
                except ArithmeticError64:
                    self.status = 1
                    return "0", None
            case Substitution():
                return self._substitution(part), None

    def _substitution(self, part: Substitution) -> str:
        self.calls += 1
        self.substitutions += 1
        if self.calls > DEEPEST_CALL:
            raise OutOfBounds
        out = self.memory()
        try:
            self._in_subshell(part.body, Source(""), out, self.errors())
        finally:
            self.calls -= 1
        return out.text().replace("\0", "").rstrip("\n")

    def value(self, name: str) -> str:
        """$name: special parameters, arguments, variables."""
        match name:
            case "?":
                return str(self.status % 256)
            case "#":
                return str(len(self.arguments))
            case "@" | "*":
                return " ".join(self.arguments)
            case "$":
                return "4711"
            case "0":
                return "/system/bin/sh"
            case "-":
                return "e" if self.stop_on_error else ""
        if name.isdigit():
            index = int(name[:6])
            return self.arguments[index - 1] if 0 < index <= len(self.arguments) else ""
        return self.variables.get(name, "")

    def _is_set(self, name: str) -> bool:
        if name.isdigit():
            return int(name[:6]) <= len(self.arguments)
        return name in self.variables or name in "?#$0-" or (name in "@*" and bool(self.arguments))

    def _parameter(self, part: Parameter) -> tuple[str, list[str] | None]:
        value = self.value(part.name)
        operator = part.operator
        if not operator:
            return value, list(self.arguments) if part.name == "@" and part.quoted else None
        if operator == "#len":
            return str(len(value)), None
        word = part.word or []
        missing = not value if operator.startswith(":") and len(operator) == 2 else not self._is_set(part.name)
        match operator[-1] if operator[-1] in "-=+?" else operator:
            case "-":
                value = self.one(word) if missing else value
            case "=":
                if missing:
                    value = self.variables[part.name] = self.one(word)
            case "+":
                value = "" if missing else self.one(word)
            case "?":
                if missing:
                    raise Leave(1)
            case "#" | "##" | "%" | "%%":
                value = trimmed(value, self.pattern(word), operator)
            case "/" | "//":
                value = self._replaced(value, word, every=operator == "//")
            case ":":
                start, _, length = self.one(word).partition(":")
                first = number(start)
                value = value[first:][: number(length)] if length else value[first:]
        return value, None

    def _replaced(self, value: str, word: Word, *, every: bool) -> str:
        old, _, new = self.one(word).partition("/")
        return value.replace(old, new, -1 if every else 1) if old else value

    def _names(self, pattern: str) -> list[str]:
        """Files that match; nothing when none does."""
        parts = [part for part in pattern.split("/") if part]
        bases = ["/" if pattern.startswith("/") else ""]
        for part in parts:
            following: list[str] = []
            for base in bases:
                prefix = base if base.endswith("/") or not base else base + "/"
                if not any(mark in part for mark in "*?["):
                    path = self.machine.files.absolute(prefix + part, self.cwd)
                    following += [prefix + part] if self.machine.files.exists(path, self.uid) else []
                    continue
                try:
                    names = self.machine.files.names(self.machine.files.absolute(base or ".", self.cwd), self.uid)
                except OSError:
                    continue
                following += [
                    prefix + name
                    for name in names
                    if matches(name, part) and name.startswith(".") <= part.startswith(".")
                ]
            bases = following[:MOST_WORDS]
        return bases if parts else []


def as_written(words: list[Word]) -> list[str] | None:
    """The text of words that stand for themselves, as `fields` would give it; None when one of them does not."""
    found: list[str] = []
    for word in words:
        if not (len(word) == 1 and isinstance(part := word[0], Literal) and part.is_plain):
            return None
        found.append(part.text)
    return found or None


def literally(text: str) -> str:
    """`text` as a pattern that matches only itself."""
    if _WILD.isdisjoint(text):
        return text
    return "".join(f"[{character}]" if character in "*?[" else character for character in text)


def matches(text: str, pattern: str) -> bool:
    """Does a shell pattern match the whole text?"""
    return fnmatch.fnmatchcase(text, pattern.replace("[^", "[!"))


def trimmed(value: str, pattern: str, operator: str) -> str:
    """${value#pattern} and its relations. Values beyond 4096 characters are compared at their ends only."""
    lengths = list(range(min(len(value), 4096) + 1))
    if len(operator) == 2:
        lengths.reverse()
    for length in lengths:
        piece = value[:length] if operator[0] == "#" else value[len(value) - length :]
        if matches(piece, pattern):
            return value[length:] if operator[0] == "#" else value[: len(value) - length]
    return value
