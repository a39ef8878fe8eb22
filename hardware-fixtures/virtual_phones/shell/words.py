# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the words of shell text: quotes, parameters, substitutions, and what stands between words."""

import re
from abc import ABC, abstractmethod

from virtual_phones.shell.tree import (
    Arithmetic,
    Literal,
    Node,
    Parameter,
    Part,
    Redirect,
    Sequence,
    ShellSyntaxError,
    Substitution,
    Word,
)

DEEPEST = 40
"""Nesting beyond this is a syntax error: a line from outside must not exhaust our own stack."""

KEYWORDS = frozenset(
    (
        "if",
        "then",
        "elif",
        "else",
        "fi",
        "for",
        "in",
        "do",
        "done",
        "while",
        "until",
        "case",
        "esac",
        "{",
        "}",
        "!",
        "function",
    )
)
_OPERATORS = ("&&", "||", ";;", ";", "&", "|", "(", ")", "\n")
_BEGINS_OPERATOR = "&;|()\n"
_BLANK = " \t\r"
_KEYWORD = re.compile(r"[a-z]+|[{}!]")
_PARAMETER = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*|[0-9?#@*$!\-])")
_BRACES = re.compile(
    r"\$\{(#(?=[A-Za-z_0-9?@*])|)([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[?#@*$!\-])"
    r"(:[-=+?]|[-=+?]|%%|%|##|#|//|/|:|)"
)


class WordReader(ABC):
    """A place in the text. The grammar proper (`sequence`) is the subclass's, for `$(…)` holds a program."""

    def __init__(self, text: str, depth: int) -> None:
        self.text = text
        self.at = 0
        self.depth = depth
        self.waiting: list[tuple[Redirect, str, bool, bool]] = []

    @abstractmethod
    def sequence(self, ends: frozenset[str]) -> Sequence:
        """Commands until one of `ends` or the end of the text."""

    @abstractmethod
    def inside(self, text: str) -> "WordReader":
        """A reader of another text, as deeply nested as this one."""

    @abstractmethod
    def here_documents(self) -> None:
        """Read the bodies of the here-documents announced on the line that ends here."""

    # -- the smallest pieces -------------------------------------------------------------

    def blanks(self) -> None:
        """Skip white space, line continuations and comments."""
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in _BLANK:
                self.at += 1
            elif self.text.startswith("\\\n", self.at):
                self.at += 2
            elif character == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def operator(self) -> str:
        """The operator that stands here, or ""."""
        self.blanks()
        if self.text[self.at : self.at + 1] not in _BEGINS_OPERATOR:
            return ""
        for candidate in _OPERATORS:
            if self.text.startswith(candidate, self.at):
                if candidate == "&" and self.text.startswith("&>", self.at):
                    return ""
                return candidate
        return ""

    def take(self, operator: str) -> None:
        """Step over the operator that must stand here. Raises: ShellSyntaxError."""
        if self.operator() != operator:
            raise ShellSyntaxError(f"'{operator.strip() or 'newline'}' expected")
        self.at += len(operator)
        if operator == "\n":
            self.here_documents()

    def newlines(self) -> None:
        """Skip empty lines."""
        while self.operator() == "\n":
            self.take("\n")

    def keyword(self) -> str:
        """The reserved word that stands here, or ""."""
        self.blanks()
        found = _KEYWORD.match(self.text, self.at)
        if found is None or found.group() not in KEYWORDS:
            return ""
        after = self.text[found.end() : found.end() + 1]
        if after and after not in " \t\r\n;&|()<>":
            return ""
        return found.group()

    def expect(self, word: str) -> None:
        """Step over the reserved word that must stand here. Raises: ShellSyntaxError."""
        self.newlines()
        if self.keyword() != word:
            raise ShellSyntaxError(f"'{word}' expected")
        self.at += len(word)

    def down(self) -> None:
        """One level deeper. Raises: ShellSyntaxError when that is too deep."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ShellSyntaxError("nested too deeply")

    # -- words ---------------------------------------------------------------------------

    def word(self, *, may_be_empty: bool = False) -> Word:
        """One word with its quotes and expansions. Raises: ShellSyntaxError when there is none."""
        parts: Word = []
        start = self.at
        plain: list[str] = []

        def flush() -> None:
            if plain:
                parts.append(Literal("".join(plain), quoted=False))
                plain.clear()

        while self.at < len(self.text):
            character = self.text[self.at]
            if character in " \t\r\n;&|()<>":
                break
            if character == "\\":
                flush()
                if self.text.startswith("\\\n", self.at):
                    self.at += 2
                    continue
                parts.append(Literal(self.text[self.at + 1 : self.at + 2] or "\\", quoted=True))
                self.at = min(self.at + 2, len(self.text))
            elif character == "'":
                flush()
                parts.append(Literal(self.until("'"), quoted=True))
            elif character == '"':
                flush()
                parts.extend(self.double_quotes())
            elif character in "$`":
                part = self.dollar(quoted=False)
                if part is None:
                    plain.append(character)
                else:
                    flush()
                    parts.append(part)
            else:
                plain.append(character)
                self.at += 1
        flush()
        if self.at == start and not may_be_empty:
            raise ShellSyntaxError(f"unexpected '{self.text[self.at : self.at + 1] or 'end of text'}'")
        return parts

    def until(self, quote: str) -> str:
        """The text up to the closing quote; stands on the opening one."""
        end = self.text.find(quote, self.at + 1)
        if end < 0:
            raise ShellSyntaxError("no closing quote")
        found = self.text[self.at + 1 : end]
        self.at = end + 1
        return found

    def double_quotes(self) -> Word:
        """The parts between double quotes; stands on the opening one."""
        self.at += 1
        parts: Word = [Literal("", quoted=True)]
        plain: list[str] = []
        while True:
            if self.at >= len(self.text):
                raise ShellSyntaxError("no closing quote")
            character = self.text[self.at]
            if character == '"':
                self.at += 1
                parts.append(Literal("".join(plain), quoted=True))
                return parts
            self.quoted_character(character, parts, plain)

    def quoted_character(self, character: str, parts: Word, plain: list[str]) -> None:
        """One character, escape or expansion as it is read between double quotes."""
        if character == "\\" and self.at + 1 < len(self.text):
            following = self.text[self.at + 1]
            if following in '$`"\\':
                plain.append(following)
            elif following != "\n":
                plain.append("\\" + following)
            self.at += 2
        elif character in "$`":
            part = self.dollar(quoted=True)
            if part is None:
                plain.append(character)
                return
            parts.append(Literal("".join(plain), quoted=True))
            plain.clear()
            parts.append(part)
        else:
            plain.append(character)
            self.at += 1

    def dollar(self, *, quoted: bool) -> Part | None:
        """An expansion; None (one character further) for a `$` that begins none."""
        self.down()
        try:
            return self._dollar(quoted=quoted)
        finally:
            self.depth -= 1

    def _dollar(self, *, quoted: bool) -> Part | None:
        if self.text[self.at] == "`":
            inner = self.until("`").replace("\\`", "`").replace("\\$", "$")
            return Substitution(self.inner(inner), quoted)
        if self.text.startswith("$((", self.at):
            end = self.balanced(self.at + 1)
            if self.text[end - 1] == ")":
                text = self.text[self.at + 3 : end - 1]
                self.at = end + 1
                return Arithmetic(self.as_quoted(text), quoted)
        if self.text.startswith("$(", self.at):
            self.at += 2
            body = self.sequence(frozenset(")"))
            self.take(")")
            return Substitution(body, quoted)
        if self.text.startswith("${", self.at):
            return self.braces(quoted=quoted)
        shape = _PARAMETER.match(self.text, self.at)
        if shape is None:
            self.at += 1
            return None
        self.at = shape.end()
        return Parameter(shape.group(1), quoted)

    def inner(self, text: str) -> Node:
        """A program inside backquotes. Raises: ShellSyntaxError."""
        parser = self.inside(text)
        body = parser.sequence(frozenset())
        if parser.at < len(text):
            raise ShellSyntaxError(f"unexpected '{text[parser.at]}'")
        return body

    def balanced(self, opening: int) -> int:
        """Where the parenthesis that opens at `opening` closes. Raises: ShellSyntaxError."""
        level = 0
        for index in range(opening, len(self.text)):
            level += {"(": 1, ")": -1}.get(self.text[index], 0)
            if level == 0:
                return index
        raise ShellSyntaxError("no closing parenthesis")

    def braces(self, *, quoted: bool) -> Parameter:
        """${…}; stands on the `$`. Raises: ShellSyntaxError."""
        shape = _BRACES.match(self.text, self.at)
        if shape is None:
            raise ShellSyntaxError("bad substitution")
        self.at = shape.end()
        length, name, operator = shape.groups()
        if length and operator:
            raise ShellSyntaxError("bad substitution")
        word: Word = []
        plain: list[str] = []
        while True:
            if self.at >= len(self.text):
                raise ShellSyntaxError("no closing '}'")
            character = self.text[self.at]
            if character == "}":
                self.at += 1
                break
            if character == "'" and not quoted:
                word.append(Literal("".join(plain), quoted=True))
                plain.clear()
                word.append(Literal(self.until("'"), quoted=True))
            elif character == '"':
                word.append(Literal("".join(plain), quoted=True))
                plain.clear()
                word.extend(self.double_quotes())
            else:
                self.quoted_character(character, word, plain)
        word.append(Literal("".join(plain), quoted=False))
        return Parameter(name, quoted, "#len" if length else operator, word)

    def as_quoted(self, text: str) -> Word:
        """`text` read as if it stood in double quotes, where a quote itself is plain."""
        reader = self.inside(text)
        parts: Word = []
        plain: list[str] = []
        while reader.at < len(text):
            reader.quoted_character(text[reader.at], parts, plain)
        parts.append(Literal("".join(plain), quoted=True))
        return parts
