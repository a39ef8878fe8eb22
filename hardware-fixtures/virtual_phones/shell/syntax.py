# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads shell text into a tree: the grammar of POSIX sh as far as people type it at `adb shell`.

Text is `str` with surrogate escapes for bytes that are no UTF-8, so that nothing a host sends is lost.
"""

import re
from functools import lru_cache

from virtual_phones.shell.tree import (
    AndOr,
    Compound,
    Literal,
    Node,
    Pipeline,
    Redirect,
    Sequence,
    ShellSyntaxError,
    Simple,
    Word,
)
from virtual_phones.shell.words import WordReader

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FUNCTION = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)[ \t]*(\([ \t]*\))?")
_REDIRECT = re.compile(r"([0-9]*)(<<-|<<<|<<|<>|<&|>&|>>|>\||<|>)|(&>>|&>)")


LONGEST_KEPT = 64 * 1024
"""Characters; the trees of longer texts are not kept."""


def parse(text: str) -> Sequence:
    """The program; nobody changes it, for the same text gives the same tree again. Raises: ShellSyntaxError."""
    return _kept(text) if len(text) <= LONGEST_KEPT else _read(text)


@lru_cache(maxsize=1024)
def _kept(text: str) -> Sequence:
    return _read(text)


def _read(text: str) -> Sequence:
    parser = _Parser(text, depth=0)
    program = parser.sequence(frozenset())
    parser.blanks()
    if parser.at < len(parser.text):
        raise ShellSyntaxError(f"unexpected '{parser.text[parser.at]}'")
    return program


class _Parser(WordReader):
    def inside(self, text: str) -> "_Parser":
        return _Parser(text, self.depth)

    # -- lists ---------------------------------------------------------------------------

    def sequence(self, ends: frozenset[str]) -> Sequence:
        """Commands until one of `ends` (reserved words or operators) or the end of the text."""
        self.down()
        items: list[Node] = []
        while True:
            self.newlines()
            operator = self.operator()
            if self.at >= len(self.text) or operator in ends or self.keyword() in ends:
                break
            items.append(self.and_or())
            operator = self.operator()
            if operator in (";", "&", "\n"):
                self.take(operator)
            elif operator not in ends and self.at < len(self.text):
                raise ShellSyntaxError(f"unexpected '{self.text[self.at]}'")
        self.depth -= 1
        return Sequence(items)

    def and_or(self) -> Node:
        first = self.pipeline()
        rest: list[tuple[str, Node]] = []
        while (operator := self.operator()) in ("&&", "||"):
            self.take(operator)
            self.newlines()
            rest.append((operator, self.pipeline()))
        return AndOr(first, rest) if rest else first

    def pipeline(self) -> Node:
        negated = False
        while self.keyword() == "!":
            self.at += 1
            negated = not negated
        commands = [self.command()]
        while self.operator() == "|":
            self.take("|")
            self.newlines()
            commands.append(self.command())
        return Pipeline(commands, negated) if negated or len(commands) > 1 else commands[0]

    # -- commands ------------------------------------------------------------------------

    def command(self) -> Node:
        self.down()
        found = self.compound()
        if found is not None and found.kind != "function":
            found.redirects = self.redirects()
        self.depth -= 1
        return found if found is not None else self.simple()

    def compound(self) -> Compound | None:
        if self.operator() == "(":
            self.take("(")
            body = self.sequence(frozenset(")"))
            self.take(")")
            return Compound("subshell", body=body)
        word = self.keyword()
        if word == "{":
            self.at += 1
            body = self.sequence(frozenset("}"))
            self.expect("}")
            return Compound("group", body=body)
        if word == "if":
            return self.if_clause()
        if word in ("while", "until"):
            self.at += len(word)
            condition = self.sequence(frozenset({"do"}))
            return Compound(word, condition=condition, body=self.do_group())
        if word == "for":
            return self.for_clause()
        if word == "case":
            return self.case_clause()
        if word:
            if word == "function":
                self.at += len(word)
                self.blanks()
            else:
                raise ShellSyntaxError(f"unexpected '{word}'")
        return self.function(named=word == "function")

    def function(self, *, named: bool) -> Compound | None:
        shape = _FUNCTION.match(self.text, self.at)
        if shape is None or not (named or shape.group(2)):
            if named:
                raise ShellSyntaxError("function name expected")
            return None
        self.at = shape.end()
        self.newlines()
        body = self.command()
        return Compound("function", name=shape.group(1), body=body)

    def if_clause(self) -> Compound:
        found = Compound("if")
        self.at += 2
        ends = frozenset({"elif", "else", "fi"})
        while True:
            condition = self.sequence(frozenset({"then"}))
            self.expect("then")
            found.branches.append((condition, self.sequence(ends)))
            if self.keyword() != "elif":
                break
            self.at += 4
        if self.keyword() == "else":
            self.at += 4
            found.otherwise = self.sequence(frozenset({"fi"}))
        self.expect("fi")
        return found

    def do_group(self) -> Node:
        self.expect("do")
        body = self.sequence(frozenset({"done"}))
        self.expect("done")
        return body

    def for_clause(self) -> Compound:
        self.at += 3
        self.blanks()
        name = _NAME.match(self.text, self.at)
        if name is None:
            raise ShellSyntaxError("for: name expected")
        self.at = name.end()
        self.newlines()
        words: list[Word] | None = None
        if self.keyword() == "in":
            self.at += 2
            words = []
            while not self.operator() and self.at < len(self.text):
                words.append(self.word())
        if self.operator() == ";":
            self.take(";")
        return Compound("for", name=name.group(), words=words, body=self.do_group())

    def case_clause(self) -> Compound:
        self.at += 4
        self.blanks()
        found = Compound("case", words=[self.word()])
        self.expect("in")
        self.newlines()
        while self.keyword() != "esac":
            if self.operator() == "(":
                self.take("(")
            self.blanks()
            patterns = [self.word()]
            while self.operator() == "|":
                self.take("|")
                self.blanks()
                patterns.append(self.word())
            self.take(")")
            body = self.sequence(frozenset({";;", "esac"}))
            found.patterns.append((patterns, body))
            if self.operator() == ";;":
                self.take(";;")
            self.newlines()
        self.expect("esac")
        return found

    def simple(self) -> Simple:
        found = Simple()
        while True:
            self.blanks()
            if self.operator() or self.at >= len(self.text):
                break
            redirect = self.redirect()
            if redirect is not None:
                found.redirects.append(redirect)
                continue
            assignment = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=").match(self.text, self.at)
            if assignment is not None and not found.words:
                self.at = assignment.end()
                found.assignments.append((assignment.group(1), self.word(may_be_empty=True)))
                continue
            found.words.append(self.word())
        if not (found.words or found.assignments or found.redirects):
            raise ShellSyntaxError(f"unexpected '{self.text[self.at : self.at + 1] or 'end of text'}'")
        return found

    # -- redirections --------------------------------------------------------------------

    def redirects(self) -> list[Redirect]:
        found = []
        while (redirect := self.redirect()) is not None:
            found.append(redirect)
        return found

    def redirect(self) -> Redirect | None:
        self.blanks()
        shape = _REDIRECT.match(self.text, self.at)
        if shape is None:
            return None
        self.at = shape.end()
        operator = shape.group(2) or shape.group(3)
        fd = int(shape.group(1)[:3]) if shape.group(1) else (0 if operator.startswith("<") else 1)
        self.blanks()
        here = operator in ("<<", "<<-")
        raw_at = self.at
        target = self.word()
        redirect = Redirect(fd, operator, target)
        if here:
            raw = self.text[raw_at : self.at]
            end = re.sub(r"['\"\\]", "", raw)
            self.waiting.append((redirect, end, operator == "<<-", raw == end))
        return redirect

    def here_documents(self) -> None:
        for redirect, end, strip, expand in self.waiting:
            lines = []
            while self.at < len(self.text):
                stop = self.text.find("\n", self.at)
                stop = len(self.text) if stop < 0 else stop
                line = self.text[self.at : stop]
                self.at = stop + 1
                line = line.lstrip("\t") if strip else line
                if line == end:
                    break
                lines.append(line + "\n")
            self.at = min(self.at, len(self.text))
            body = "".join(lines)
            redirect.target = self.as_quoted(body) if expand else [Literal(body, quoted=True)]
        self.waiting.clear()
