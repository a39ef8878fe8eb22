# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as data and back: whoever asked from elsewhere gets the same class with the same facts, so that sentence, next
step and exit code are the same. Only classes of the closed list are ever made; another goes as the nearest of them.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType

from phones.errors import ProofwipeError

_OWN = ("word", "reason_code", "reason_codes", "fault", "faults", "left_out")
"""What some classes keep beside their facts: texts, numbers, tuples of them."""


@cache
def known_errors() -> Mapping[str, type[ProofwipeError]]:
    """Every class of the error trees, by name."""
    import certs.errors
    import certs.log.errors
    import grading.errors
    import phones.apple.records
    import phones.errors
    import station.errors
    import wipe.errors

    rooms = (phones.errors, phones.apple.records, wipe.errors, grading.errors, certs.errors, certs.log.errors)
    return {each.__name__: each for room in (*rooms, station.errors) for each in _errors_of(room)}


def error_to_json(error: ProofwipeError) -> dict[str, object]:
    """Class and facts, and what the class keeps beside them."""
    known = known_errors()
    return {
        "class": next(each.__name__ for each in type(error).__mro__ if known.get(each.__name__) is each),
        "facts": {key: str(fact) for key, fact in error.facts.items()},
        "own": {name: vars(error)[name] for name in _OWN if name in vars(error)},
    }


def error_from_json(document: object) -> ProofwipeError:
    """The inverse. Raises: ValueError when it is no error of ours."""
    if not isinstance(document, dict) or set(document) != {"class", "facts", "own"}:
        raise ValueError("not an error")
    kind, facts, own = known_errors().get(str(document["class"])), document["facts"], document["own"]
    if kind is None or not isinstance(facts, dict) or not isinstance(own, dict) or not own.keys() <= set(_OWN):
        raise ValueError("no error of ours")
    if not all(isinstance(each, str) for each in facts.values()):
        raise ValueError("an error's facts are texts")
    error = kind.__new__(kind)
    error.__dict__.update({name: _frozen(value) for name, value in own.items()})
    try:
        ProofwipeError.__init__(error, **facts)
    except (TypeError, KeyError, AttributeError, ValueError) as wrong:
        raise ValueError("an error without what its sentence tells") from wrong
    return error


def _frozen(value: object) -> object:
    if isinstance(value, list):
        return tuple(_frozen(each) for each in value)
    if not isinstance(value, str | int):
        raise ValueError("neither text nor number nor list")  # noqa: TRY004 - what does not fit is one kind of error
    return value


def _errors_of(room: ModuleType) -> Iterator[type[ProofwipeError]]:
    for each in vars(room).values():
        if isinstance(each, type) and issubclass(each, ProofwipeError):
            yield each
