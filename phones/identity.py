# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a phone is, and whether two readings are of the same one."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from phones.verdict import Verdict

# One group is one independent identifier: an A12+ UDID contains the ECID, so the two count once.
_GROUPS: dict[str, tuple[str, ...]] = {
    "serial": ("identity.serial", "port.usb_serial"),
    "imei1": ("identity.imei1",),
    "imei2": ("identity.imei2",),
    "chip": ("identity.ecid", "identity.udid"),
    "wifi": ("identity.wifi_mac",),
}
IDENTIFIERS_NEEDED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneIdentity:
    """What the ledger knows of a phone, in clear; papers carry the last four digits and commitments."""

    maker: str = ""
    model: str = ""
    marketing_name: str = ""
    serial: str = ""
    imei1: str = ""
    imei2: str = ""
    udid: str = ""
    ecid: str = ""

    @classmethod
    def from_values(cls, values: Mapping[str, str]) -> "PhoneIdentity":
        """From values in clear as a reader gave them (`Answer.values`)."""

        def text(name: str) -> str:
            found = values.get(name, "")
            return "" if found == "malformed" else found

        return cls(
            maker=text("product.maker"),
            model=text("product.model"),
            marketing_name=text("product.marketing_name"),
            serial=text("identity.serial"),
            imei1=text("identity.imei1"),
            imei2=text("identity.imei2"),
            udid=text("identity.udid"),
            ecid=text("identity.ecid"),
        )

    @property
    def display_name(self) -> str:
        """What a person calls it."""
        return self.marketing_name or f"{self.maker} {self.model}".strip()


def plain(number: str) -> str:
    """A serial, IMEI or UDID without what people leave out or write differently."""
    return number.replace("-", "").replace(" ", "").lower()


def is_same_phone(before: Mapping[str, str], after: Mapping[str, str]) -> Verdict:
    """Are two readings of one phone? Compared value by value, in clear or as commitments alike.

    PASSED needs at least two independent identifiers present in both and all equal; any identifier that
    differs is FAILED; fewer than two to compare is INDETERMINATE. A second IMEI alone proves nothing new
    about the chip, but is an identifier of its own slot.
    """
    said: list[set[str]] = []
    for names in _GROUPS.values():
        pairs = [
            (before[name], after[name])
            for name in names
            if before.get(name) and after.get(name) and "malformed" not in (before[name], after[name])
        ]
        if any(old != new for old, new in pairs):
            return Verdict.FAILED
        if pairs:
            said.append({old for old, _ in pairs})
    # One number said in two places, as serial and as IMEI say, is one identifier: two groups need two numbers.
    enough = any(len(one | other) >= IDENTIFIERS_NEEDED for one, other in combinations(said, IDENTIFIERS_NEEDED))
    return Verdict.PASSED if enough else Verdict.INDETERMINATE
