# SPDX-License-Identifier: GPL-3.0-or-later
"""The NVRAM variables of a virtual iPhone: they survive an erase, which rewrites the obliteration stamp.

Texts from research/ios.md 7.1 (decompilations and public dumps). Callers, reasons and the long tail are
`unconfirmed`; readers must not depend on them.
"""

from collections.abc import Mapping

REASONS = {
    "mcinstall": ("profiled", "mc_mobile_tunnel erase device command"),
    "mobilebackup2": ("BackupAgent2", "N/A"),
    "settings": ("Preferences", "N/A"),
}
STAMP_KEYS = ("obliteration", "oblit-begins", "oblit-inprogress", "oblit-failure", "orig-oblit")


OLD_STAMP = b"handle_message: Obliteration Complete"
OLD_BEGINS = b"OblitType: ObliterateDataPartition. Reason: "
"""Both stay side by side, and neither has a time."""


def first_nvram(
    *, masked_account: str, locked: bool, earlier_erase: int | None, form: str, lock_type: bool
) -> dict[str, bytes]:
    """NVRAM of a used phone. `earlier_erase`: when it was erased before (epoch), None for never. `form`: of the stamp,
    `complete` or `done_at` (`versions.FORMS`).
    """
    nvram = {
        "auto-boot": b"true",
        "backlight-level": b"1021",
        "boot-args": b"",
        "fm-activation-locked": b"YES" if locked else b"NO",
        "fm-account-masked": masked_account.encode(),
        "fm-spstatus": b"YES" if locked else b"NO",
    }
    if lock_type:
        nvram["fm-locktype"] = b"0"
    if earlier_erase is not None and form == "complete":
        return nvram | {"obliteration": OLD_STAMP, "oblit-begins": OLD_BEGINS + b"N/A"}
    if earlier_erase is not None:
        nvram["obliteration"] = f"EACS Done @{earlier_erase}, Caller: Preferences, Reason: N/A".encode()
    return nvram


def stamped(
    nvram: Mapping[str, bytes],
    *,
    epoch: int,
    route: str,
    misbehaviour: frozenset[str],
    variation: frozenset[str],
    form: str,
) -> dict[str, bytes]:
    """NVRAM after a wipe that ended at `epoch` by the phone's clock. `form`: as of `first_nvram`."""
    caller, reason = REASONS[route]
    by = f", Caller: {caller}, Reason: {reason}"
    after = {name: value for name, value in nvram.items() if name == "obliteration" or name not in STAMP_KEYS}
    if "stamp_unchanged" in misbehaviour:
        return after
    if "stamp_garbage" in misbehaviour:
        return after | {"obliteration": b"\x00\xffEACS Done @soon\xfe"}
    if "stamp_rrts" in misbehaviour:
        return after | {"obliteration": f"RRTS Done @{epoch}{by}".encode()}
    if "stamp_brick_only" in misbehaviour:
        return after | {"obliteration": f"BrickOnly Done @{epoch}{by}".encode()}
    if form == "complete":
        return after | {"obliteration": OLD_STAMP, "oblit-begins": OLD_BEGINS + reason.encode()}
    if "stamp_too_old" in misbehaviour:
        epoch -= 86_400
    text = f"EACS Done @{epoch}{by}"
    if "safe_oblit_stamp" in variation:
        text = f"SafeOblit done @{epoch}, Err:0, By:{caller}"
    if "stamp_long_tail" in variation:
        text += " [v346.1; attempts 1; gF: 0x0; volumes: Data, Preboot, xART]"
    after["obliteration"] = text.encode()
    if "oblit_failure" in misbehaviour:
        after["oblit-begins"] = OLD_BEGINS + reason.encode()
        after["oblit-failure"] = b"EACS failed with [gF: 0x10] Attempt: 1"
    return after
