# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phone says of itself, held against itself: forged phones contradict themselves, honest ones never do.

Phones are sold whose hundreds of properties claim a newer system and a dearer model than they are; a property is
quickly forged, all that hangs together with it is not. Each rule here names what contradicts what, and only what no
honest phone shows: custom systems, generic system images, previews, kernels kept for years, security patches dated
ahead, adopted storage and memory made of storage are honest. A rule whose values the phone did not give, or whose
system is in no table here, was not looked at; without the first three, nothing is said at all.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

Values = dict[str, str]

_MOST_TEXT = 256
_COLUMNS = ("major", "minor", "#blocks", "name")
_DISK = re.compile(r"sd[a-z]|mmcblk[0-9]|nvme[0-9]n1")
CONTRADICTIONS = "consistency.contradictions"
LOOKED_AT = "consistency.looked_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An API level: its names as `ro.build.version.release` has them, and the day its source was published."""

    names: tuple[str, ...]
    published: date


RELEASES: Mapping[int, Release] = MappingProxyType(
    {
        21: Release(names=("5.0",), published=date(2014, 11, 3)),
        22: Release(names=("5.1",), published=date(2015, 3, 9)),
        23: Release(names=("6", "6.0"), published=date(2015, 10, 5)),
        24: Release(names=("7", "7.0"), published=date(2016, 8, 22)),
        25: Release(names=("7.1",), published=date(2016, 10, 4)),
        26: Release(names=("8", "8.0"), published=date(2017, 8, 21)),
        27: Release(names=("8.1",), published=date(2017, 12, 5)),
        28: Release(names=("9", "9.0"), published=date(2018, 8, 6)),
        29: Release(names=("10",), published=date(2019, 9, 3)),
        30: Release(names=("11",), published=date(2020, 9, 8)),
        31: Release(names=("12",), published=date(2021, 10, 4)),
        32: Release(names=("12", "12.1"), published=date(2022, 3, 7)),
        33: Release(names=("13",), published=date(2022, 8, 15)),
        34: Release(names=("14",), published=date(2023, 10, 4)),
        35: Release(names=("15",), published=date(2024, 9, 3)),
        36: Release(names=("16",), published=date(2025, 6, 10)),
        37: Release(names=("17",), published=date(2026, 6, 15)),
    }
)
"""[read: source.android.com, codenames, tags and build numbers; developer.android.com, API levels; Android 17's day:
Wikipedia and press]. A later one, or a name that is not here, was not looked at.
"""

PREVIEWS_AHEAD = 1
"""A preview carries the next release's name, or its code, on the API level before."""
LEAST_PATCH_AGE = timedelta(days=365)
"""No patch level is older than the system by that much: previews begin some eight months before the release, and a
release carries the patch level of its own source [source.android.com, Android Security Bulletins].
"""
MOST_PATCH_AHEAD = timedelta(days=365)
"""Makers date patches up to some months ahead of the build; a stock system is not patched a year later unbuilt."""
FIRST_MEANT_EPOCH = int(datetime(2010, 1, 1, tzinfo=UTC).timestamp())
"""Builds that can be repeated set their date to 1970 or 2009 [read: AOSP build/make, BUILD_DATETIME]."""
LEAST_KERNEL: tuple[tuple[int, tuple[int, int]], ...] = ((36, (4, 14)), (34, (4, 9)), (31, (4, 4)))
"""API level → oldest kernel a maker's own system of it may have: no more than is asked of phones upgraded to it
[source.android.com, Android common kernels, compatibility matrices]. Custom systems, which run on older ones, are not
asked.
"""
OLD_CHIPS = ("mt6572", "mt6580", "mt6582", "mt6589", "mt6592", "sc7731c", "sc8830", "msm8610", "msm8210")
"""32-bit chips of 2012 to 2016; makers' last systems for them were Android 10 [public device lists; unconfirmed]."""
LAST_OF_OLD_CHIPS = 32
FOREIGN_CHIPS: tuple[tuple[str, str, str], ...] = (
    (r"google", r"pixel.*", r"mt\d.*|sc\d.*|sp\d.*|ums.*|k\d\dv.*"),
    (r"samsung", r"sm-[gns]9\d\d.*|sm-f9\d\d.*|sm-f7\d\d.*", r"mt6[0-7]\d\d|sc\d.*|sp\d.*|ums.*"),
)
"""Maker or brand, model, and `ro.board.platform` that no phone of theirs has: Pixels have Qualcomm's or Google's chips,
Samsung's S, Note and folding phones never MediaTek's older or Unisoc's [makers' data sheets].
"""
LARGEST_32_BIT_KIB = 4 * 1024 * 1024
"""A kernel that calls itself armv7l addresses 4 GiB on phones: none uses the large physical address extension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`contradicts`: do the values, which are all there, exclude each other? `released`: that of them which must be in
    `RELEASES`, for without its row there is nothing to compare with. `stock`: asked of a maker's own, locked system
    only, because a custom one may honestly differ.
    """

    name: str
    needs: tuple[str, ...]
    contradicts: Callable[[Mapping[str, str]], bool]
    released: str = ""
    stock: bool = False


def _release_sdk(values: Mapping[str, str]) -> bool:
    levels, sdk = _levels(values["system.version"]), int(values["system.sdk"])
    return not min(levels) - PREVIEWS_AHEAD <= sdk <= max(levels) + PREVIEWS_AHEAD


def _levels(text: str) -> list[int]:
    """API levels whose releases have that name."""
    return [level for level, release in RELEASES.items() if _named(text, release)]


def _named(text: str, release: Release) -> bool:
    """8.1.0 is 8.1, and not 8; 13.0 is 13."""
    numbers = [word for word in text.split(".")[:2] if word.isdecimal()]
    if len(numbers) == 2 and numbers[1] == "0":
        numbers = numbers[:1]
    return ".".join(numbers) in {name.removesuffix(".0") for name in release.names}


def _patch_release(values: Mapping[str, str]) -> bool:
    patch = date.fromisoformat(values["system.security_patch"])
    return patch < RELEASES[int(values["system.sdk"])].published - LEAST_PATCH_AGE


def _patch_named_release(values: Mapping[str, str]) -> bool:
    """The same for the release that the name claims, of which the API level may have been left as it was."""
    patch = date.fromisoformat(values["system.security_patch"])
    return patch < RELEASES[min(_levels(values["system.version"]))].published - LEAST_PATCH_AGE


def _build_release(values: Mapping[str, str]) -> bool:
    return _built(values) < RELEASES[int(values["system.sdk"])].published - LEAST_PATCH_AGE


def _patch_build(values: Mapping[str, str]) -> bool:
    return date.fromisoformat(values["system.security_patch"]) > _built(values) + MOST_PATCH_AHEAD


def _launch_sdk(values: Mapping[str, str]) -> bool:
    return int(values["system.first_api_level"]) > int(values["system.sdk"]) + PREVIEWS_AHEAD


def _partition_sdk(values: Mapping[str, str]) -> bool:
    """Both come from one build of one partition."""
    return abs(int(values["system.partition_sdk"]) - int(values["system.sdk"])) > PREVIEWS_AHEAD


def _partition_release(values: Mapping[str, str]) -> bool:
    one, other = (int(re.split(r"[^0-9]", values[name])[0]) for name in _VERSIONS)
    return abs(one - other) > PREVIEWS_AHEAD


def _kernel(values: Mapping[str, str]) -> bool:
    major, minor = (int(number) for number in values["kernel.version"].split(".")[:2])
    sdk = int(values["system.sdk"])
    least = next((kernel for level, kernel in LEAST_KERNEL if sdk >= level), (0, 0))
    return (major, minor) < least


def _old_chip(values: Mapping[str, str]) -> bool:
    return values["system.platform"].lower() in OLD_CHIPS and int(values["system.sdk"]) > LAST_OF_OLD_CHIPS


def _foreign_chip(values: Mapping[str, str]) -> bool:
    makers = {values["product.maker"].lower(), values.get("product.brand", "").lower()}
    model, platform = values["product.model"].lower(), values["system.platform"].lower()
    return any(
        any(re.fullmatch(whose, maker) for maker in makers)
        and re.fullmatch(which, model)
        and re.fullmatch(chips, platform)
        for whose, which, chips in FOREIGN_CHIPS
    )


def _apple_android(values: Mapping[str, str]) -> bool:
    makers = {values["product.maker"].lower(), values.get("product.brand", "").lower()}
    return "apple" in makers or values["product.model"].lower().startswith(("iphone", "ipad"))


def _memory(values: Mapping[str, str]) -> bool:
    return values["kernel.machine"] == "armv7l" and int(values["memory.total_kib"]) > LARGEST_32_BIT_KIB


def _built_memory(values: Mapping[str, str]) -> bool:
    """The kernel keeps some of what was built in for itself, and never has more [Linux: MemTotal]. Memory that is made
    of storage is swap, and no part of it. A boot loader that says 0 has not said how much was built in.
    """
    built_gb = int(values["memory.built_gb"])
    return built_gb > 0 and int(values["memory.total_kib"]) > built_gb * 1024 * 1024


def _machine_programs(values: Mapping[str, str]) -> bool:
    """No kernel that calls itself armv7l runs 64-bit programs; one of 64 bits calls itself armv8l to a 32-bit shell
    [Linux arm64: COMPAT_UTS_MACHINE].
    """
    return values["kernel.machine"] == "armv7l" and "arm64-v8a" in values["system.abis"].split(",")


def _storage(values: Mapping[str, str]) -> bool:
    """A file system is no larger than all disks together; adopted cards and network storage are not in /data."""
    return int(values["storage.total_bytes"]) > int(values["storage.disks_bytes"])


_STOCK_NEEDS = ("boot.verified_state", "system.build_tags", "system.build_type")
RULES: tuple[Rule, ...] = (
    Rule(
        name="release_sdk",
        needs=("system.version", "system.sdk"),
        contradicts=_release_sdk,
        released="system.version",
    ),
    Rule(
        name="patch_sdk",
        needs=("system.security_patch", "system.sdk"),
        contradicts=_patch_release,
        released="system.sdk",
    ),
    Rule(
        name="patch_release",
        needs=("system.security_patch", "system.version"),
        contradicts=_patch_named_release,
        released="system.version",
    ),
    Rule(
        name="build_sdk",
        needs=("system.build_epoch", "system.sdk"),
        contradicts=_build_release,
        released="system.sdk",
        stock=True,
    ),
    Rule(
        name="patch_build",
        needs=("system.build_epoch", "system.security_patch"),
        contradicts=_patch_build,
        stock=True,
    ),
    Rule(name="launch_sdk", needs=("system.first_api_level", "system.sdk"), contradicts=_launch_sdk),
    Rule(name="partition_sdk", needs=("system.partition_sdk", "system.sdk"), contradicts=_partition_sdk),
    Rule(
        name="partition_release",
        needs=("system.partition_version", "system.version"),
        contradicts=_partition_release,
    ),
    Rule(name="kernel_sdk", needs=("kernel.version", "system.sdk"), contradicts=_kernel, stock=True),
    Rule(name="chip_sdk", needs=("system.platform", "system.sdk"), contradicts=_old_chip, stock=True),
    Rule(name="chip_model", needs=("system.platform", "product.maker", "product.model"), contradicts=_foreign_chip),
    Rule(name="maker_system", needs=("product.maker", "product.model"), contradicts=_apple_android),
    Rule(name="memory_kernel", needs=("kernel.machine", "memory.total_kib"), contradicts=_memory),
    Rule(name="storage_disks", needs=("storage.disks_bytes", "storage.total_bytes"), contradicts=_storage),
)
RULES_OF_CHECKS: tuple[Rule, ...] = (
    Rule(name="memory_built", needs=("memory.built_gb", "memory.total_kib"), contradicts=_built_memory),
    Rule(name="machine_programs", needs=("kernel.machine", "system.abis"), contradicts=_machine_programs),
)
"""Looked at by the silent checks alone, which ask more than an inspection does."""
_FIRST = ("release_sdk", "patch_sdk", "patch_release")


def contradictions(values: Mapping[str, str]) -> Values:
    """`consistency.contradictions`: names of the rules that are broken, "" for none, `unknown` where the first rules
    could not be looked at and no other is broken; and which were looked at.
    """
    looked, broken = [], []
    for rule in RULES:
        if not _can_look(rule, values):
            continue
        looked.append(rule.name)
        if rule.contradicts(values):
            broken.append(rule.name)
    if not broken and not set(_FIRST) <= set(looked):
        return {CONTRADICTIONS: "unknown", LOOKED_AT: ",".join(looked)}
    return {CONTRADICTIONS: ",".join(broken), LOOKED_AT: ",".join(looked)}


def further_contradictions(values: Mapping[str, str]) -> Values:
    """Names of the rules of the silent checks that are broken. Nothing where none is: that all others hold, the
    inspection says.
    """
    broken = [rule.name for rule in RULES_OF_CHECKS if _can_look(rule, values) and rule.contradicts(values)]
    return {CONTRADICTIONS: ",".join(broken)} if broken else {}


def _can_look(rule: Rule, values: Mapping[str, str]) -> bool:
    if rule.stock and not _is_stock(values):
        return False
    if not all(_fits(name, values.get(name, "")) for name in rule.needs):
        return False
    return not rule.released or _is_released(rule.released, values[rule.released])


def _is_released(name: str, text: str) -> bool:
    return bool(_levels(text)) if name == "system.version" else int(text) in RELEASES


def _is_stock(values: Mapping[str, str]) -> bool:
    return [values.get(name) for name in _STOCK_NEEDS] == ["green", "release-keys", "user"]


_NUMBERS = ("system.sdk", "system.first_api_level", "system.partition_sdk")
_VERSIONS = ("system.partition_version", "system.version")
_SIZES = ("memory.built_gb", "memory.total_kib", "storage.disks_bytes", "storage.total_bytes")


def _fits(name: str, text: str) -> bool:
    """Is the value there, in the shape that the rules compute with?"""
    if name in (*_NUMBERS, *_SIZES):
        return re.fullmatch(r"[0-9]{1,16}", text) is not None
    if name == "system.build_epoch":  # one that nobody meant is none
        return re.fullmatch(r"[0-9]{1,16}", text) is not None and FIRST_MEANT_EPOCH <= int(text) < 2**32
    if name == "system.security_patch":
        return _is_day(text)
    if name in _VERSIONS:  # a preview's name is not compared with numbers
        return re.match(r"[0-9]{1,3}(?![0-9])", text) is not None
    if name == "kernel.version":
        return re.match(r"[0-9]{1,3}\.[0-9]{1,3}(?![0-9])", text) is not None
    return bool(text)


def _is_day(text: str) -> bool:
    try:
        return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _built(values: Mapping[str, str]) -> date:
    return datetime.fromtimestamp(int(values["system.build_epoch"]), tz=UTC).date()


def kernel(text: str) -> Values:
    """`uname -rm`, or `/proc/version`: version and machine; what stands behind them names a builder and is not kept."""
    match = re.match(r"(?:Linux version )?([0-9]{1,3}\.[0-9]{1,3}(?:\.[0-9]{1,5})?)(?![0-9])", text[:_MOST_TEXT])
    if match is None:
        return {}
    machine = re.fullmatch(r"[^ \n]{1,128} ([a-z0-9_]{1,16})\s?", text[:_MOST_TEXT])
    return {"kernel.version": match[1], **({"kernel.machine": machine[1]} if machine else {})}


def disks(text: str) -> Values:
    """`/proc/partitions`: all whole disks (blocks of 1 KiB): the logical units of UFS, or eMMC, and cards."""
    rows = (line.split() for line in text.split("\n"))
    found = [row[2] for row in rows if len(row) == len(_COLUMNS) and _DISK.fullmatch(row[3])]
    total = sum(int(blocks) for blocks in found if re.fullmatch(r"[0-9]{1,12}", blocks))
    return {"storage.disks_bytes": str(total * 1024)} if total else {}
