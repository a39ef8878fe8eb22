# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems of the API as the errors they were told from, with the sentences that came with them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from phones.errors import ProofwipeError
from station.session.remote.carried_errors import known_errors

LONGEST_SENTENCE = 2000


class Told(ProofwipeError):
    """Mixed into the class of an error: what it says was said by the service, in the language it was asked in."""

    def __init__(self, sentence: str, next_step: str) -> None:
        self._sentence, self._next_step = sentence, next_step
        self.subject = self.step = self.expected = self.got = ""
        self.facts = {}
        Exception.__init__(self, f"{self.code}: {sentence}")

    def reason(self, language: str = "en") -> str:  # noqa: ARG002 - it was said in one language
        """As it was told."""
        return self._sentence

    def hint(self, language: str = "en") -> str:  # noqa: ARG002 - as above
        """As it was told."""
        return self._next_step

    def details(self) -> str:
        """The code; what lies behind it is in the service's log."""
        return self.code


def refusal_from(problem: Mapping[str, Any]) -> ProofwipeError:
    """The error that this problem tells of: of its class, so of its exit code. Raises: ValueError."""
    code, sentence, step = problem["code"], problem["detail"], problem["next_step"]
    if not (isinstance(code, str) and isinstance(sentence, str) and isinstance(step, str | None)):
        raise ValueError("no problem of ours")  # noqa: TRY004 - what does not fit is one kind of error
    kind = _kinds().get(code, ProofwipeError)
    told: type[Told] = type(kind.__name__, (Told, kind), {})
    return told(sentence[:LONGEST_SENTENCE], (step or "")[:LONGEST_SENTENCE])


@cache
def _kinds() -> Mapping[str, type[ProofwipeError]]:
    """Code → the class that brought it in."""
    import station.service.errors as refused

    found: dict[str, type[ProofwipeError]] = {}
    own = [each for each in vars(refused).values() if isinstance(each, type) and issubclass(each, ProofwipeError)]
    for each in (*known_errors().values(), *own):
        if "code" in vars(each):
            found.setdefault(each.code, each)
    return found
