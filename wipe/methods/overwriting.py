# SPDX-License-Identifier: GPL-3.0-or-later
"""A method with the overwriting pass before its last reset: what was written is gone again with that reset."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from wipe.method import EraseMethod
from wipe.steps.overwriting.steps import OVERWRITING

_LAST = "final_reset"
OVERWRITABLE = ("android_harness", "android_reopen")
"""Methods that leave a shell open to us between the reset and the last one, also after a restart."""
_SUFFIX = "_overwrite"


def with_overwrite(method: EraseMethod) -> EraseMethod:
    """The method, its data gone, its storage overwritten, and then reset once more. Raises: ValueError for a method
    without a last reset that leaves the phone open to us until then.
    """
    place = [step.name for step in method.steps].index(_LAST)
    return replace(
        method,
        name=method.name + _SUFFIX,
        overwrites=True,
        steps=(*method.steps[:place], *OVERWRITING, *method.steps[place:]),
        predicted=MappingProxyType({**method.predicted, "gb": _claim_of(method)}),
    )


def _claim_of(method: EraseMethod) -> str:
    """Where the erase itself is not proven the figures stand in the report and nothing is claimed."""
    return "none" if method.predicted["gb"] == "none" else "method_overwrite"


def overwriting_of(methods: Mapping[str, EraseMethod]) -> Mapping[str, EraseMethod]:
    """The overwriting twin of each method that can have one, by its name."""
    found = (with_overwrite(methods[name]) for name in OVERWRITABLE)
    return {method.name: method for method in found}


def twin_of(name: str) -> str:
    """The name of the method that does the same and overwrites too; "" when there is none. One that overwrites is its
    own twin.
    """
    plain = plain_of(name)
    return plain + _SUFFIX if plain in OVERWRITABLE else ""


def plain_of(name: str) -> str:
    """The name of the method that does the same and does not overwrite: its own name for one that does not."""
    return name.removesuffix(_SUFFIX)
