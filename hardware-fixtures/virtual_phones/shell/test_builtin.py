# SPDX-License-Identifier: GPL-3.0-or-later
"""`test`, `[` and `[[`."""

import fnmatch

from virtual_phones.shell.arithmetic import number
from virtual_phones.shell.filetree import File
from virtual_phones.shell.streams import Call

_COMPARISONS = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge"}
_BINARY = {"=", "==", "!=", "<", ">", "-nt", "-ot", "-ef", *_COMPARISONS}
_UNARY = {"-z", "-n", "-e", "-f", "-d", "-L", "-h", "-s", "-r", "-w", "-x", "-b", "-c", "-p", "-S", "-t", "-v"}
DEEPEST = 60


class TestSyntaxError(Exception):
    """The words are no test."""

    __test__ = False


def test(call: Call) -> int:
    """0 when the expression holds, 1 when not, 2 when it is none."""
    return _answer(call, call.words, patterns=False)


def bracket(call: Call) -> int:
    """`[ … ]`."""
    if not call.words or call.words[-1] != "]":
        return call.complain("missing ]", 2)
    return _answer(call, call.words[:-1], patterns=False)


def double_bracket(call: Call) -> int:
    """`[[ … ]]`, in which == compares with a pattern."""
    if not call.words or call.words[-1] != "]]":
        return call.complain("missing ]]", 2)
    return _answer(call, call.words[:-1], patterns=True)


test.__test__ = False  # type: ignore[attr-defined]  # pytest takes every function named test for its own


def _answer(call: Call, words: list[str], *, patterns: bool) -> int:
    if not words:
        return 1
    reader = _Reader(call, list(words), patterns=patterns)
    try:
        holds = reader.either()
        if reader.words:
            raise TestSyntaxError(reader.words[0])
    except TestSyntaxError as error:
        return call.complain(f"{error}: unexpected operator/operand", 2)
    return 0 if holds else 1


class _Reader:
    def __init__(self, call: Call, words: list[str], *, patterns: bool) -> None:
        self.call = call
        self.words = words
        self.patterns = patterns
        self.depth = 0

    def either(self) -> bool:
        value = self.both()
        while self.words and self.words[0] in ("-o", "||"):
            self.words.pop(0)
            value = self.both() or value
        return value

    def both(self) -> bool:
        value = self.negated()
        while self.words and self.words[0] in ("-a", "&&"):
            self.words.pop(0)
            value = self.negated() and value
        return value

    def negated(self) -> bool:
        flips = 0
        while len(self.words) > 1 and self.words[0] == "!" and not self._is_binary():
            self.words.pop(0)
            flips += 1
        return self.primary() != bool(flips % 2)

    def _is_binary(self) -> bool:
        return len(self.words) >= 3 and self.words[1] in _BINARY

    def primary(self) -> bool:
        if not self.words:
            raise TestSyntaxError("argument expected")
        if self._is_binary():
            left, operator, right = self.words[:3]
            del self.words[:3]
            return self._compare(left, operator, right)
        word = self.words.pop(0)
        if word == "(" and self.words:
            self.depth += 1
            if self.depth > DEEPEST:
                raise TestSyntaxError("(")
            value = self.either()
            if not self.words or self.words.pop(0) != ")":
                raise TestSyntaxError(")")
            return value
        if word in _UNARY and self.words:
            return self._unary(word, self.words.pop(0))
        return word != ""

    def _compare(self, left: str, operator: str, right: str) -> bool:
        if operator in ("=", "==", "!="):
            same = fnmatch.fnmatchcase(left, right) if self.patterns else left == right
            return same == (operator != "!=")
        if operator in ("<", ">"):
            return left < right if operator == "<" else left > right
        if operator in _COMPARISONS:
            for word in (left, right):
                if not word.strip().lstrip("+-").isdigit():
                    raise TestSyntaxError(word)
            one, two = number(left), number(right)
            return {
                "-eq": one == two,
                "-ne": one != two,
                "-lt": one < two,
                "-le": one <= two,
                "-gt": one > two,
                "-ge": one >= two,
            }[operator]
        first, second = self._file(left), self._file(right)
        if first is None or second is None:
            return first is not None and operator == "-nt"
        if operator == "-ef":
            return first is second
        return first.mtime > second.mtime if operator == "-nt" else first.mtime < second.mtime

    def _file(self, word: str, *, follow: bool = True) -> File | None:
        shell = self.call.shell
        try:
            return shell.machine.files.find(self.call.path(word), shell.uid, follow=follow) if word else None
        except OSError:
            return None

    def _unary(self, operator: str, word: str) -> bool:
        if operator in ("-z", "-n"):
            return (word == "") == (operator == "-z")
        if operator == "-v":
            return word in self.call.shell.variables
        if operator == "-t":
            return False
        node = self._file(word, follow=operator not in ("-L", "-h"))
        if node is None:
            return False
        uid = self.call.shell.uid
        return {
            "-e": True,
            "-f": not node.is_folder and not node.is_link,
            "-d": node.is_folder,
            "-L": node.is_link,
            "-h": node.is_link,
            "-s": node.size > 0,
            "-r": node.allows(uid, 4),
            "-w": node.allows(uid, 2),
            "-x": node.allows(uid, 1),
        }.get(operator, False)
