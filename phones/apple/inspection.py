# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions an iPhone is asked: before the erase, at the set-up screen, and the acts between.

Each question is one exchange. An inspection is one batch over one paired connection; nothing in it names
a key that is not on the list of `phones.apple.parts`.
"""

from phones.apple import parts as apple_parts
from phones.apple.parts import mark_path, value_part
from phones.apple.readers import read_batch, read_canary, read_erase, read_pair, read_planted, read_trust
from phones.link import (
    AppleBatch,
    AppleErase,
    AppleEraseRoute,
    ApplePair,
    ApplePart,
    AppleTrustTest,
    Effect,
    Question,
)

_IDENTITY = (
    "UniqueDeviceID",
    "UniqueChipID",
    "SerialNumber",
    "WiFiAddress",
    "InternationalMobileEquipmentIdentity",
    "InternationalMobileEquipmentIdentity2",
    "ProductType",
    "HardwareModel",
    "ModelNumber",
    "RegionInfo",
    "ProductVersion",
    "BuildVersion",
)
_STATE = (
    "ActivationState",
    "PasswordProtected",
    "BasebandStatus",
    "BasebandVersion",
    "SIMStatus",
    "SIMTrayStatus",
)

_BOTH_TIMES: tuple[ApplePart, ...] = (
    *(value_part(key) for key in _IDENTITY),
    *(value_part(key) for key in _STATE),
    value_part("SetupDone", "com.apple.purplebuddy"),
    value_part("BatteryCurrentCapacity", "com.apple.mobile.battery"),
    value_part("TotalDiskCapacity", "com.apple.disk_usage"),
    value_part("TotalDataAvailable", "com.apple.disk_usage"),
    value_part("TimeIntervalSince1970"),
    ApplePart(name="nvram", kind=apple_parts.APPLE_NVRAM),
    ApplePart(name="activation", kind=apple_parts.APPLE_ACTIVATION),
    ApplePart(name="cloud_configuration", kind=apple_parts.APPLE_CLOUD_CONFIGURATION),
    ApplePart(name="battery", kind=apple_parts.APPLE_BATTERY),
    ApplePart(name="storage", kind=apple_parts.APPLE_STORAGE),
    ApplePart(name="apps", kind=apple_parts.APPLE_APP_COUNT),
    ApplePart(name="tamper", kind=apple_parts.APPLE_TAMPER),
    ApplePart(name="panics", kind=apple_parts.APPLE_PANIC_COUNT),
)


def inspection_question(*, timeout_s: float) -> Question:
    """Everything asked before the erase, in one batch ("apple.inspection"). Pairs if it must: while the
    Trust dialog is open the phone refuses with `trust_pending` at the end of the timeout.
    """
    pair = ApplePart(name="pair", kind=apple_parts.APPLE_PAIR)
    return Question(
        name="apple.inspection",
        effect=Effect.READS,
        request=AppleBatch(parts=(pair, *_BOTH_TIMES)),
        read=read_batch,
        timeout_s=timeout_s,
    )


def after_question(*, timeout_s: float) -> Question:
    """The same at the set-up screen ("apple.after"). Never pairs: ask `pair_question` before it, or the
    phone refuses with `not_paired`. What answers while Unactivated is unconfirmed on current iOS; parts
    that do not are marked, not guessed.
    """
    return Question(
        name="apple.after",
        effect=Effect.READS,
        request=AppleBatch(parts=_BOTH_TIMES),
        read=read_batch,
        timeout_s=timeout_s,
    )


def trust_question(*, timeout_s: float) -> Question:
    """Is this job's record from before the erase still accepted ("apple.trust")? Never pairs."""
    return Question(
        name="apple.trust",
        effect=Effect.READS,
        request=AppleTrustTest(),
        read=read_trust,
        timeout_s=timeout_s,
    )


def pair_question(*, timeout_s: float) -> Question:
    """Pair anew after the erase ("apple.pair"); the old record is kept for the trust test."""
    return Question(name="apple.pair", effect=Effect.WRITES, request=ApplePair(), read=read_pair, timeout_s=timeout_s)


def erase_question(route: AppleEraseRoute, *, timeout_s: float) -> Question:
    """Ask the phone to erase itself ("apple.erase.mcinstall" or "apple.erase.mobilebackup2")."""
    return Question(
        name=f"apple.erase.{route.value}",
        effect=Effect.ERASES,
        request=AppleErase(route=route),
        read=read_erase,
        timeout_s=timeout_s,
    )


def plant_question(mark: str, *, timeout_s: float) -> Question:
    """Write our mark into the media folder and read it back ("apple.canary.plant", `canary.planted`)."""
    return Question(
        name="apple.canary.plant",
        effect=Effect.WRITES,
        request=AppleBatch(parts=_write_and_read("planted", mark)),
        read=read_planted,
        timeout_s=timeout_s,
    )


def canary_question(mark: str, new_mark: str, *, timeout_s: float) -> Question:
    """Look for the mark planted before, then write, read and remove a new one in the same place
    ("apple.canary.look", `canary.gone`, `canary.still_there`, `canary.marker_works`).
    """
    path = mark_path(new_mark)
    parts = (
        ApplePart(name="old_mark", kind=apple_parts.APPLE_FILE_READ, arguments={"path": mark_path(mark)}),
        *_write_and_read("new_mark", new_mark),
        ApplePart(name="new_mark_remove", kind=apple_parts.APPLE_FILE_REMOVE, arguments={"path": path}),
    )
    return Question(
        name="apple.canary.look",
        effect=Effect.WRITES,
        request=AppleBatch(parts=parts),
        read=read_canary,
        timeout_s=timeout_s,
    )


def _write_and_read(name: str, mark: str) -> tuple[ApplePart, ApplePart]:
    path = mark_path(mark)
    return (
        ApplePart(
            name=f"{name}_write",
            kind=apple_parts.APPLE_FILE_WRITE,
            arguments={"path": path, "data": mark.encode()},
        ),
        ApplePart(name=f"{name}_read", kind=apple_parts.APPLE_FILE_READ, arguments={"path": path}),
    )
