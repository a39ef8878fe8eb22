# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a phone that is plugged in cannot be asked, told from how it shows itself and what it refused."""

from collections.abc import Mapping
from types import MappingProxyType

from phones.modes import BY_PRESENCE
from phones.port import Platform, Sighting
from phones.problem import Problem, ProblemCode
from phones.refusals import known_word
from wipe.methods.table import METHODS

_OF_REFUSAL: Mapping[str, ProblemCode] = MappingProxyType(
    {
        "unauthorized": ProblemCode.UNAUTHORIZED,
        "trust_pending": ProblemCode.TRUST_PENDING,
        "trust_denied": ProblemCode.TRUST_DENIED,
        "locked": ProblemCode.PHONE_LOCKED,
    }
)


def may_begin(sighting: Sighting, wanted: str) -> bool:
    """Is a method wished for by which a job begins with a phone that shows itself so, though nobody can ask it?"""
    method = METHODS.get(wanted)
    return method is not None and sighting.presence in method.begins_in and sighting.platform is method.platform


def problem_of_presence(sighting: Sighting, wanted: str = "") -> Problem | None:
    """What keeps a phone that shows itself like this from being asked; None when it can be, or need not be for the
    method that was wished for.
    """
    if may_begin(sighting, wanted):
        return None
    mode = BY_PRESENCE[sighting.presence]
    code = mode.apple_problem if mode.apple_problem and sighting.platform is Platform.APPLE else mode.problem
    return None if code is None else Problem(code=code)


def problem_of(sighting: Sighting, values: Mapping[str, str], wanted: str = "") -> Problem | None:
    """Both: how it shows itself, and what it refused with. For a method that needs no answers, none is missed."""
    if may_begin(sighting, wanted):
        return None
    return problem_of_presence(sighting) or problem_of_answers(values)


def problem_of_answers(values: Mapping[str, str]) -> Problem | None:
    """What the phone refused with when it was asked; None when it answered."""
    refusal, word = values.get("command.refusal", ""), values.get("command.refusal_word", "")
    if refusal in _OF_REFUSAL and _says_no_more(word, refusal):
        return Problem(code=_OF_REFUSAL[refusal])
    if refusal or word:
        return Problem(code=ProblemCode.PHONE_REFUSED, facts={"refusal": refusal, "word": word})
    return None if any(values.values()) else Problem(code=ProblemCode.NOT_ANSWERING)


def _says_no_more(word: str, refusal: str) -> bool:
    """Has the word no sentence but that of its kind?"""
    known = known_word(word)
    return known is None or known.says == refusal
