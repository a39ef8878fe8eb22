# SPDX-License-Identifier: GPL-3.0-or-later
"""Why each method was taken or not, one stable code a method: what `wipe --plan --json` says beside the choice.

The codes are keys of sentences, `choice.<code>`; docs/problems.md has all of them.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from phones.frozen import dataclass
from phones.port import Sighting
from phones.problem import ProblemCode
from wipe.method import EraseMethod
from wipe.methods.choice import Choice, predict, strength
from wipe.methods.overwriting import plain_of, twin_of
from wipe.methods.table import METHODS
from wipe.steps.preconditions import Values

NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "android_trade_in": "needs_foyer",
        "android_harness": "needs_harness",
        "android_guided": "needs_debugging",
        "android_rescue": "needs_rescue",
        "android_fastboot": "needs_fastboot",
        "android_in_rescue": "needs_rescue_mode",
        "android_recovery_guided": "needs_phone_not_to_be_asked",
        "android_reopen": "needs_debugging",
        "apple_mcinstall": "needs_ios_11",
        "apple_mobilebackup2": "needs_ios_9",
        "apple_guided": "needs_pairing",
    }
)
"""What a method that does not fit would need of the phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One method; `code`: why it was taken or not."""

    method: str
    is_taken: bool
    code: str


def weigh(
    choice: Choice,
    values: Values,
    sighting: Sighting,
    wanted: str | None = None,
    *,
    failed: Collection[str] = (),
    passes: int = 0,
) -> tuple[Weighed, ...]:
    """Every method for such a phone, in the order of the table. The other arguments are those that `choose` was given
    when it made this choice.
    """
    taken = choice.method.name if choice.method is not None else ""
    found = []
    for method in METHODS.values():
        if method.platform is not sighting.platform:
            continue
        code = choice.why
        if method.name != taken:
            code = _why_not(method, choice, values, sighting, wanted, failed=failed, passes=passes)
        found.append(Weighed(method=method.name, is_taken=method.name == taken, code=code))
    return tuple(found)


def _why_not(
    method: EraseMethod,
    choice: Choice,
    values: Values,
    sighting: Sighting,
    wanted: str | None,
    *,
    failed: Collection[str],
    passes: int,
) -> str:
    plain = METHODS[plain_of(method.name)]
    if not plain.fits(values, sighting):
        return NEEDS[plain.name]
    if method.overwrites and not passes and wanted != method.name:
        return "overwriting_not_asked"
    if not method.overwrites and passes and twin_of(method.name):
        return "overwriting_asked"
    refused = _refused(method, plain, choice, wanted)
    if refused:
        return refused
    if {plain.name, twin_of(plain.name)} & set(failed):
        return "refused_before"
    if wanted is not None:
        return "another_wished"
    return "on_wish_only" if plain.on_wish else _beside_the_taken(plain, choice, values)


def _refused(method: EraseMethod, plain: EraseMethod, choice: Choice, wanted: str | None) -> str:
    """What keeps all from being taken, said of the method that it is about; "" of any other."""
    if choice.problem is None:
        return ""
    about = choice.problem.facts.get("method")
    if choice.problem.code is ProblemCode.METHOD_WEAKER:
        return "wish_is_weaker" if method.name == wanted else ""
    is_it = choice.problem.code is ProblemCode.OVERWRITE_NOT_POSSIBLE and about == plain.name
    return "cannot_overwrite" if is_it else ""


def _beside_the_taken(plain: EraseMethod, choice: Choice, values: Values) -> str:
    name = choice.method.name if choice.method is not None else str(choice.problem and choice.problem.facts["method"])
    best = METHODS[plain_of(name)]
    weaker = strength(predict(plain, values)) < strength(predict(best, values))
    return "proves_less" if weaker else "stands_later"
