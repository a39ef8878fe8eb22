# SPDX-License-Identifier: GPL-3.0-or-later
"""What an iPhone says of itself, held against itself (`phones.android.consistency` says why)."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

BUILDS: Mapping[int, int] = MappingProxyType(
    {7: 11, 8: 12, 9: 13, 10: 14, 11: 15, 12: 16, 13: 17, 14: 18, 15: 19, 16: 20, 17: 21, 18: 22, 26: 23, 27: 24}
)
"""iOS → first number of its builds [public lists of firmware; 27: public crash reports]. One that is not here was not
looked at.
"""


CHIPS: Mapping[str, int] = MappingProxyType(
    {"A12": 0x8020, "A13": 0x8030, "A14": 0x8101, "A15": 0x8110, "A16": 0x8120, "A17": 0x8130, "A18": 0x8140}
)
"""Chip of a model by our own table (`models.toml`) → its number. Later ones are not looked at: nobody whom we read has
seen such a UDID."""
_MOST_OF_BUILT, _LEAST_OF_BUILT = 1.03, 0.90  # a disk of 128 GB has some 127.99 GB; what is hidden is the storage's own


def _udid_ecid(values: Mapping[str, str]) -> bool:
    """From A12 on the UDID ends in the ECID, sixteen hex digits [read: pymobiledevice3, MuxDevice.ecid]."""
    return values["identity.udid"][8:] != f"{int(values['identity.ecid']):016x}"


def _chip_model(values: Mapping[str, str]) -> bool:
    """From A12 on the UDID begins with the number of the chip [read: pymobiledevice3, MuxDevice.chip_id]."""
    return int(values["identity.udid"][:8], 16) != CHIPS[values["apple.chip"]]


def _storage_size(values: Mapping[str, str]) -> bool:
    """The storage's own model number against the disk that the system shows."""
    built = int(values["storage.built_gb"]) * 10**9
    return not _LEAST_OF_BUILT * built <= int(values["storage.total_bytes"]) <= _MOST_OF_BUILT * built


def _version_build(values: Mapping[str, str]) -> bool:
    return int(re.split("[A-Z]", values["system.build"], maxsplit=1)[0]) != BUILDS[_major(values)]


def _major(values: Mapping[str, str]) -> int:
    return int(values["system.version"].split(".")[0])


_RULES: tuple[tuple[str, Mapping[str, str], Callable[[Mapping[str, str]], bool]], ...] = (
    ("udid_ecid", {"identity.udid": r"[0-9a-f]{24}", "identity.ecid": r"[0-9]{1,20}"}, _udid_ecid),
    (
        "chip_model",
        {"identity.udid": r"[0-9a-f]{24}", "apple.chip": "|".join(CHIPS)},
        _chip_model,
    ),
    (
        "storage_size",
        {"storage.built_gb": r"[1-9][0-9]{0,3}", "storage.total_bytes": r"[0-9]{1,16}"},
        _storage_size,
    ),
    (
        "version_build",
        {"system.version": r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}", "system.build": r"[0-9]{1,3}[A-Z][0-9]{1,6}[a-z]?"},
        _version_build,
    ),
)
_FIRST = "version_build"


def contradictions(values: Mapping[str, str]) -> dict[str, str]:
    """As `phones.android.consistency.contradictions`."""
    looked = [
        (name, contradicts)
        for name, needs, contradicts in _RULES
        if all(re.fullmatch(pattern, values.get(value, "")) for value, pattern in needs.items())
    ]
    looked = [rule for rule in looked if rule[0] != _FIRST or _major(values) in BUILDS]
    names = [name for name, _ in looked]
    broken = [name for name, contradicts in looked if contradicts(values)]
    nothing = not broken and _FIRST not in names
    return {
        "consistency.contradictions": "unknown" if nothing else ",".join(broken),
        "consistency.looked_at": ",".join(names),
    }
