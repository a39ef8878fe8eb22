# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page sends, read strictly: JSON of one shape, names that its check has, texts that are admitted."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from phones.signs import NOT_MEASURED
from phones.witness import BROWSER

MOST_BEGUN = 3
"""So often a check is begun, told or not; the worst of its results counts."""
LONGEST_TEXT = 64
Checks = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Check → its values → signs by which the page says that one was not measured."""
STATES = ("begun", "moving", "skipped")


class BadMessageError(ValueError):
    """Not a message of our page. `status` is what is answered."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Word of a check that runs. `done`: thousandths of it."""

    check: str
    state: str
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One outcome of a check, the `number`-th. Names begin with `browser.`; texts are as the page wrote them."""

    check: str
    number: int
    values: Mapping[str, str]
    not_measured: Mapping[str, str]

    def as_claim(self) -> dict[str, str]:
        """All of it as values of a piece of evidence."""
        return {**self.values, **{NOT_MEASURED + name: sign for name, sign in self.not_measured.items()}}


def read_state(body: bytes, nonce: str, checks: Checks) -> State:
    """A heartbeat. Raises: BadMessageError."""
    found = _object(body, ("check", "done_permille", "nonce", "state"), nonce)
    check, state, done = found["check"], found["state"], found["done_permille"]
    if check not in checks or state not in STATES or type(done) is not int or not 0 <= done <= 1000:
        raise BadMessageError(422)
    return State(check=check, state=state, done=done)


def read_result(body: bytes, nonce: str, checks: Checks) -> Result:
    """A result. Raises: BadMessageError."""
    found = _object(body, ("check", "nonce", "not_measured", "number", "values"), nonce)
    check, number = found["check"], found["number"]
    if type(check) is not str or check not in checks or type(number) is not int or not 1 <= number <= MOST_BEGUN:
        raise BadMessageError(422)
    signs = _texts(found["not_measured"], checks[check])
    if not all(sign in checks[check][name.removeprefix(BROWSER)] for name, sign in signs.items()):
        raise BadMessageError(422)
    return Result(check=check, number=number, values=_texts(found["values"], checks[check]), not_measured=signs)


def read_nonce(body: bytes, nonce: str) -> None:
    """A message that says no more than whose it is. Raises: BadMessageError."""
    _object(body, ("nonce",), nonce)


def _texts(found: Any, names: Iterable[str]) -> Mapping[str, str]:
    """Name → text, for names of this check only. What a text may be is the witness's business, but for its length."""
    known = set(names)
    if type(found) is not dict or not set(found) <= known:
        raise BadMessageError(422)
    if not all(type(each) is str and len(each) <= LONGEST_TEXT for each in found.values()):
        raise BadMessageError(422)
    return MappingProxyType({BROWSER + name: text for name, text in sorted(found.items())})


def _object(body: bytes, keys: tuple[str, ...], nonce: str) -> dict[str, Any]:
    """A JSON object with exactly these keys, for this phone."""
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no, parse_float=_no)
    except (ValueError, RecursionError) as error:
        raise BadMessageError(400) from error
    if type(found) is not dict or tuple(sorted(found)) != keys:
        raise BadMessageError(422)
    if found["nonce"] != nonce:
        raise BadMessageError(403)
    if not all(type(found[name]) is str for name in ("check", "state") if name in found):
        raise BadMessageError(422)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no(text: str) -> Any:
    raise ValueError(text)
