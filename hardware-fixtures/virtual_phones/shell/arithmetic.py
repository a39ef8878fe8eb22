# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole-number arithmetic of $((…)), `expr` and `test`: 64 bits, wrapping, no evaluation of text as code."""

import re
from collections.abc import Callable

DEEPEST = 60
_TOKEN = re.compile(
    r"\s*(0[xX][0-9a-fA-F]+|[0-9]+|[A-Za-z_][A-Za-z0-9_]*|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%()<>!~&|^?:])"
)
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", "<=", ">", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)


_DECIMAL = re.compile(r"[+-]?[0-9]{1,30}")
_HEXADECIMAL = re.compile(r"[+-]?0[xX][0-9a-fA-F]{1,30}")


class ArithmeticError64(Exception):
    """No whole-number expression, or a division by zero."""


def wrapped(value: int) -> int:
    """`value` as a signed 64-bit number."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


def number(text: str) -> int:
    """A decimal or 0x number; 0 for anything else, as shells read unset names."""
    text = text.strip()
    if _DECIMAL.fullmatch(text):
        return wrapped(int(text))
    if _HEXADECIMAL.fullmatch(text):
        return wrapped(int(text, 16))
    return 0


def evaluate(text: str, lookup: Callable[[str], str]) -> int:
    """The value of an expression; names are looked up and read as numbers. Raises: ArithmeticError64."""
    tokens: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or len(tokens) > 2000:
            raise ArithmeticError64(f"unexpected '{text[at : at + 10]}'")
        tokens.append(found.group(1))
        at = found.end()
    if not tokens:
        return 0
    reader = _Reader(tokens, lookup)
    value = reader.choice()
    if reader.tokens:
        raise ArithmeticError64(f"unexpected '{reader.tokens[0]}'")
    return value


class _Reader:
    def __init__(self, tokens: list[str], lookup: Callable[[str], str]) -> None:
        self.tokens = tokens
        self.lookup = lookup
        self.depth = 0

    def choice(self) -> int:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ArithmeticError64("nested too deeply")
        value = self.level(0)
        if self.tokens and self.tokens[0] == "?":
            self.tokens.pop(0)
            yes = self.choice()
            if not self.tokens or self.tokens.pop(0) != ":":
                raise ArithmeticError64("':' expected")
            no = self.choice()
            value = yes if value else no
        self.depth -= 1
        return value

    def level(self, index: int) -> int:
        if index == len(_LEVELS):
            return self.unary()
        value = self.level(index + 1)
        while self.tokens and self.tokens[0] in _LEVELS[index]:
            operator = self.tokens.pop(0)
            value = combine(operator, value, self.level(index + 1))
        return value

    def unary(self) -> int:
        signs: list[str] = []
        while self.tokens and self.tokens[0] in ("-", "+", "!", "~"):
            signs.append(self.tokens.pop(0))
        if not self.tokens:
            raise ArithmeticError64("number expected")
        token = self.tokens.pop(0)
        if token == "(":
            value = self.choice()
            if not self.tokens or self.tokens.pop(0) != ")":
                raise ArithmeticError64("')' expected")
        elif token[0].isalnum() or token[0] == "_":
            value = number(token) if token[0].isdigit() else number(self.lookup(token))
        else:
            raise ArithmeticError64(f"unexpected '{token}'")
        for sign in reversed(signs):
            value = {"-": -value, "+": value, "!": int(not value), "~": ~value}[sign]
        return wrapped(value)


def combine(operator: str, left: int, right: int) -> int:
    """One operation. Raises: ArithmeticError64 (division by zero)."""
    if operator in ("/", "%"):
        if right == 0:
            raise ArithmeticError64("division by zero")
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return wrapped(quotient if operator == "/" else left - quotient * right)
    results: dict[str, Callable[[], int]] = {
        "||": lambda: int(bool(left) or bool(right)),
        "&&": lambda: int(bool(left) and bool(right)),
        "|": lambda: left | right,
        "^": lambda: left ^ right,
        "&": lambda: left & right,
        "==": lambda: int(left == right),
        "!=": lambda: int(left != right),
        "<": lambda: int(left < right),
        "<=": lambda: int(left <= right),
        ">": lambda: int(left > right),
        ">=": lambda: int(left >= right),
        "<<": lambda: left << (right % 64),
        ">>": lambda: left >> (right % 64),
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
    }
    return wrapped(results[operator]())
