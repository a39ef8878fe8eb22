# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the phone in hand the one on the paper, and is it still as it was left? Pure answers over one inspection.

As it was left means: nobody has set it up since. A phone that has been set up may hold anybody's data; one that has
not may still have been erased again, which changes nothing a buyer needs to know.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from certs.editions.interface import RecordFacts
from phones.identifiers import BY_NAME, ON_PAPER
from phones.identity import committed, compare
from phones.modes import BY_PRESENCE
from phones.port import Platform, Presence
from phones.verdict import Verdict

_UNREAD = ("", "unknown", "malformed")
_ANDROID: Mapping[str, tuple[str, ...]] = {
    "setup.complete": ("0",),
    "setup.provisioned": ("0",),
    "locks.accounts": ("0",),
    "data.packages": ("0",),
    "data.users": ("1",),
    "locks.lock_screen": ("no",),
    "locks.device_owner": ("no",),
}
_APPLE: Mapping[str, tuple[str, ...]] = {
    "apple.activation_state": ("Unactivated",),
    "apple.setup_done": ("no",),
    "apple.apps": ("0",),
    "locks.activation_lock": ("no",),
    "locks.lock_screen": ("no",),
}
_NEEDED: Mapping[Platform, tuple[str, ...]] = {
    Platform.ANDROID: ("setup.complete", "setup.provisioned", "locks.accounts"),
    Platform.APPLE: ("apple.activation_state", "apple.setup_done"),
}
"""Without these it cannot be told; the others count when they are answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """`same`: is it the phone on the paper; `differs`: identifiers that are not. `as_left`: is it unused since;
    `changed`: value names that say otherwise; `unanswered`: those that would have to be read to tell.
    """

    same: Verdict
    as_left: Verdict
    compared: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


def recheck(record: RecordFacts, values: Mapping[str, str], presence: Presence) -> Recheck:
    """Compare a record with what a phone says of itself now, in clear (`phones.bench.inspection.inspect`)."""
    on_paper = {
        BY_NAME[one.name].value: one.commitment for one in record.identifiers if one.commitment and one.name in BY_NAME
    }
    found = compare(on_paper, committed(values, bytes.fromhex(record.salt)))
    platform = Platform(record.platform)
    in_foyer = BY_PRESENCE[presence].before_set_up and bool(values)
    expected = _ANDROID if platform is Platform.ANDROID else _APPLE
    changed = tuple(name for name, good in expected.items() if _read(values, name) not in ("", *good))
    unanswered = () if in_foyer else tuple(name for name in _NEEDED[platform] if not _read(values, name))
    untouched = Verdict.INDETERMINATE if unanswered else Verdict.PASSED
    as_left = Verdict.FAILED if changed else untouched
    return Recheck(
        same=found.verdict,
        as_left=as_left,
        compared=tuple(each.name for each in ON_PAPER if each.name in {*found.agreeing, *found.differing}),
        differs=tuple(each.name for each in ON_PAPER if each.name in found.differing),
        changed=changed,
        unanswered=unanswered,
    )


def _read(values: Mapping[str, str], name: str) -> str:
    value = values.get(name, "")
    return "" if value in _UNREAD else value
