# SPDX-License-Identifier: GPL-3.0-or-later
"""Which method a phone is erased by, why, and what it can lead to at best: told before anything is done.

Strength is what the rules let a method claim of this phone: evidence level first, then the NIST word. Who does the
work is no strength; of two methods as strong the one that stands first in the table is taken.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from phones.clock import utc_now
from phones.evidence import Evidence, Moment, Outcome, digest_of
from phones.port import Platform, Sighting
from phones.problem import Problem, ProblemCode
from phones.words import say
from wipe import claims as claim
from wipe.method import EraseMethod, Limits
from wipe.methods.card import OVERWRITE, card_state, with_card
from wipe.methods.overwriting import twin_of
from wipe.methods.table import METHODS
from wipe.readings import Readings
from wipe.report import EvidenceLevel
from wipe.rules import load
from wipe.steps.preconditions import Values

_NIST = ("none", "clear", "purge")
_NOBODY_LIFTS = frozenset({ProblemCode.NUMBERS_SHARED})
"""Problems that no person can put right: who wishes for less because of them is not refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`method` None: none fits, or the wish is refused, and `problem` says why. `why`: key of a sentence,
    `choice.<why>`. `predicted`: level, nist, gb, r2 if everything goes well.
    """

    method: EraseMethod | None
    why: str = ""
    predicted: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    problem: Problem | None = None
    card: str = ""  # what can be done for the memory card that was wished for (`card.card_state`); "": no wish

    @property
    def is_report_only(self) -> bool:
        """Can this way end in a report only, whatever happens?"""
        return self.method is not None and not EvidenceLevel(self.predicted["level"]).reaches(EvidenceLevel.E2)

    def lines(self, language: str = "en") -> tuple[str, ...]:
        """Why this method, and that it cannot lead to a certificate where it cannot; one fact a line."""
        if self.method is None:
            return ()
        found = [say("plan.why", language, why=say(f"choice.{self.why}", language))]
        if self.is_report_only:
            found.append(say("plan.report_only", language))
        return tuple(found)


def choose(
    values: Values,
    sighting: Sighting,
    wanted: str | None = None,
    *,
    failed: Collection[str] = (),
    passes: int = 0,
    card: bool = False,
) -> Choice:
    """The strongest method that fits a phone with these inspection values (in clear); a wish only if it is as strong,
    or of a method that is there for wishes (`EraseMethod.on_wish`).

    `wanted` is never replaced: it is taken or refused. `failed`: names of methods this phone has refused before.
    `passes`: how often it is to be overwritten; where the method that is chosen cannot, none is. `card`: the memory
    card in the phone is to be overwritten first; a phone without one, or whose card is out of reach, is erased all the
    same.
    """
    found = _chosen(values, sighting, wanted, failed=failed, passes=passes)
    if not card or found.method is None or found.method.platform is not Platform.ANDROID:
        return found
    state = card_state(found.method, values)
    return replace(found, card=state, method=with_card(found.method) if state == OVERWRITE else found.method)


def _chosen(values: Values, sighting: Sighting, wanted: str | None, *, failed: Collection[str], passes: int) -> Choice:
    fitting = {
        name: predict(method, values)
        for name, method in METHODS.items()
        if method.fits(values, sighting) and (name == wanted or _is_offered(method, failed))
    }
    if not fitting or (wanted is not None and wanted not in fitting):
        return _refused(ProblemCode.METHOD_NOT_AVAILABLE, method=wanted or "-")
    best = max(fitting, key=lambda name: strength(fitting[name]))
    possible = [name for name in fitting if name == wanted or not _is_out_of_reach(METHODS[name], values, sighting)]
    stronger = max(possible, key=lambda name: strength(fitting[name]), default=best)
    weaker = wanted is not None and strength(fitting[wanted]) < strength(fitting[stronger])
    if wanted is not None and weaker and not METHODS[wanted].on_wish:
        return _refused(ProblemCode.METHOD_WEAKER, method=wanted, best=stronger)
    taken = wanted or best
    why = "wished_for_less" if weaker else _why(taken, wanted, fitting, failed)
    if not passes:
        return Choice(method=METHODS[taken], why=why, predicted=fitting[taken])
    overwriting = METHODS.get(twin_of(taken))
    if overwriting is None:
        return _refused(ProblemCode.OVERWRITE_NOT_POSSIBLE, method=taken)
    return Choice(method=overwriting, why=why, predicted=predict(overwriting, values))


def strength(predicted: Mapping[str, str]) -> tuple[int, int]:
    """Comparable: evidence level, then the NIST word."""
    return list(EvidenceLevel).index(EvidenceLevel(predicted["level"])), _NIST.index(predicted["nist"])


def predict(method: EraseMethod, values: Values) -> Mapping[str, str]:
    """What the method promises; more where what the phone says of itself before already allows it."""
    if method.predicted["level"] == "E1":
        return method.predicted
    rules = load()
    before = Evidence(
        number=0,
        at=utc_now(),
        moment=Moment.BEFORE,
        port="",
        link="plan",
        asked="plan",
        outcome=Outcome.ANSWERED,
        values=dict(values),
        digest=digest_of(values),
    )
    found = claim.conditions(Readings((before,)), method=method.name, rules=rules)
    predicted = dict(method.predicted)
    if claim.allow_purge(found):
        predicted["nist"] = "purge"
    if claim.keys_destroyed(found, method=method.name, rules=rules):
        predicted["level"] = "E3"
    return predicted


def _is_offered(method: EraseMethod, failed: Collection[str]) -> bool:
    """May it be chosen by itself? What a phone refused with overwriting it refuses without."""
    return not (method.on_wish or method.overwrites or {method.name, twin_of(method.name)} & set(failed))


def _is_out_of_reach(method: EraseMethod, values: Values, sighting: Sighting) -> bool:
    """Does something stand in its way that nobody can lift?"""
    return any(problem.code in _NOBODY_LIFTS for problem in method.problems(values, sighting, Limits()))


def _why(taken: str, wanted: str | None, fitting: Mapping[str, Mapping[str, str]], failed: Collection[str]) -> str:
    if wanted is not None:
        return "wished"
    if any(METHODS[name].platform is METHODS[taken].platform for name in failed):
        return "others_failed"
    if len(fitting) == 1:
        return "only"
    weaker = all(strength(fitting[name]) < strength(fitting[taken]) for name in fitting if name != taken)
    return "strongest" if weaker else "first_of_equals"


def _refused(code: ProblemCode, **facts: str) -> Choice:
    return Choice(method=None, problem=Problem(code=code, facts=facts))
