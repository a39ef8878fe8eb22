# SPDX-License-Identifier: GPL-3.0-or-later
"""Which form an answer has in which iOS: one row for each change, with where it was read.

The models here are an iPhone 13 on iOS 18 and an iPhone SE on iOS 26; a scenario may put another iOS on them, and then
they answer as that one does. Of what no public source tells when it changed, there is no row: the values without a
session, pairing at the set-up screen, callers and reasons of the stamp (see `values`, `trust`, `nvram`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from virtual_phones.phone import section

FIRST = (7,)
"""The oldest iOS that is told of here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """From iOS `since` on, until the next row of the same answer."""

    answer: str
    since: tuple[int, ...]
    form: str
    source: str


def _form(answer: str, since: tuple[int, ...], form: str, source: str) -> Form:
    return Form(answer=answer, since=since, form=form, source=source)


FORMS: tuple[Form, ...] = (
    _form("obliteration", (7,), "complete", "public dumps of iOS 9.0.2 to 13.3.1"),
    _form("obliteration", (15,), "done_at", "decompilations of mobile_obliterator; a public dump of iOS 15.6.1"),
    _form("oblit-begins", (7,), "stays", "the same dumps: it stands beside the stamp until the next erase"),
    _form("oblit-begins", (15,), "deleted", "decompilations of mobile_obliterator: deleted when an erase ends"),
    _form("fm-locktype", (7,), "absent", "public dumps up to iOS 26"),
    _form("fm-locktype", (27,), "present", "public dump of iOS 27"),
    _form("mobilebackup2 EraseDevice", (7,), "unknown", "libimobiledevice issue 463"),
    _form("mobilebackup2 EraseDevice", (9,), "erases", "libimobiledevice issue 463: from iOS 9 on"),
    _form("MCInstall EraseDevice", (7,), "unknown", "go-ios issue 489: CommandFormatError on iOS 10.3.3"),
    _form("MCInstall EraseDevice", (11,), "erases", "Apple, EraseDeviceCommand: PreserveDataPlan from iOS 11 on"),
    _form("MobileGestalt", (7,), "answers", "libimobiledevice issue 1607"),
    _form("MobileGestalt", (17, 4), "deprecated", "libimobiledevice issue 1607: gone since iOS 17.4"),
    _form("DeveloperModeStatus", (7,), "absent", "Apple, Enabling Developer Mode on a device: iOS 16 is the first"),
    _form("DeveloperModeStatus", (16,), "present", "Apple, Enabling Developer Mode on a device"),
    _form("FullChargeCapacity", (7,), "measured", "libimobiledevice issue 765"),
    _form("FullChargeCapacity", (12, 2), "always_100", "libimobiledevice issues 765 and 1068: since iOS 12.2"),
    _form("wifi registry", (7,), "by_class", "pymobiledevice3 issue 1284: IO80211Interface on iOS 12"),
    _form("wifi registry", (13,), "by_name", "pymobiledevice3 issue 1284: Skywalk [13 unconfirmed]"),
    _form("unknown entry", (7,), "empty", "libimobiledevice: an empty answer"),
    _form("unknown entry", (27,), "refused", "public scan of an iPhone 14 Pro Max on iOS 27: no Success"),
    _form("battery registry", (7,), "flat", "public dumps up to iOS 26"),
    _form("battery registry", (27,), "below_battery_data", "sysinfo issues 1041, 1042: macOS 27 [iOS unconfirmed]"),
)  # fmt: skip
"""Forms are words of this package; `tests/virtual_phones/iphone/test_versions.py` holds what is answered."""


def form_of(model: Mapping[str, object], answer: str) -> str:
    """The form of an answer in the model's iOS. Raises: KeyError for what has no row, ValueError for no version."""
    version = tuple(int(number) for number in str(section(model, "identity").get("version")).split("."))
    found = [row for row in FORMS if row.answer == answer and row.since <= max(version, FIRST)]
    if not found:
        raise KeyError(answer)
    return max(found, key=lambda row: row.since).form
