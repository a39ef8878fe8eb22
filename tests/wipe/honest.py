# SPDX-License-Identifier: GPL-3.0-or-later
"""Kept evidence of honest jobs, one per method, as the witness would have written it; invented values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from phones.commitment import commit
from phones.evidence import Evidence, Moment, Outcome, digest_of
from wipe.secret import commitment_to, secret_of, seed_of

SALT = bytes(16)
SERIAL, IMEI = commit("serial", "HT0001", SALT), commit("imei", "356938035643809", SALT)
OTHER_SERIAL = commit("serial", "HT0002", SALT)
UDID, ECID = commit("udid", "00008101000a1b2c3d4e001e", SALT), commit("ecid", "2844", SALT)
OLD_ID, NEW_ID = commit("android_id", "aaaaaaaaaaaaaaaa", SALT), commit("android_id", "bbbbbbbbbbbbbbbb", SALT)
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

STRATA = "sdcard,settings,tmp"
_PHONE = {"identity.serial": SERIAL, "identity.imei1": IMEI}
_SYSTEM = {
    "system.fingerprint": "google/x/x:13/T1/1:user/release-keys",
    "system.first_api_level": "31",
    "system.security_patch": "2025-03-05",
    "system.build_tags": "release-keys",
    "crypto.state": "encrypted",
    "crypto.type": "file",
    "boot.verified_state": "green",
    "boot.flash_locked": "1",
    "boot.system_image_running": "no",
    "setup.full_shell": "yes",
}
_USED = {
    "data.android_id": OLD_ID,
    "data.user0": "unlocked",
    "data.packages": "24",
    "locks.accounts": "0",
    "locks.frp": "clear",
    "locks.device_owner": "no",
    "locks.profile_owner": "no",
    "setup.test_harness": "0",
    "boot.reset_entries": "none",
    "media.sim": "absent",
    "media.sd": "absent",
    "setup.trade_in": "0",
}
_FRESH = {**_USED, "data.android_id": NEW_ID, "data.packages": "0"}

Piece = tuple[Moment, str, str, Mapping[str, str]]


def _number(pieces: Iterable[Piece]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            number=number,
            at=START + timedelta(seconds=number),
            moment=moment,
            port="1-1",
            link=link,
            asked=asked,
            outcome=Outcome.ANSWERED,
            values=dict(values),
            digest=digest_of(values),
        )
        for number, (moment, asked, link, values) in enumerate(pieces, start=1)
    )


def _port(moment: Moment, asked: str, presence: str, **more: str) -> Piece:
    values = {"port.presence": presence, "port.usb_serial": SERIAL}
    return (moment, asked, "usb", values | {name.replace("__", "."): text for name, text in more.items()})


def _return(moment: Moment, asked: str, presence: str) -> Piece:
    return _port(
        moment,
        asked,
        presence,
        port__left="yes",
        port__came_back="yes",
        port__absent_s="75",
        port__absent_needed_s="20",
        port__sequence=f"adb_device,absent,{presence}",
    )


def harness() -> tuple[Evidence, ...]:
    """An honest Android 13."""
    after = {
        **_PHONE,
        **_SYSTEM,
        **_FRESH,
        "setup.test_harness": "1",
        "boot.reset_entries": "1795000100",
    }
    return _number(
        [
            (Moment.BEFORE, "android.state", "adb", {**_PHONE, **_SYSTEM, **_USED}),
            (Moment.BEFORE, "android.checks", "adb", {"tamper.signs": "", "battery.level": "80"}),
            _port(Moment.BEFORE, "port.before", "adb_device"),
            (Moment.BEFORE, "canary.plant", "adb", {"canary.planted": STRATA, "canary.mark": "0" * 32}),
            (Moment.COMMAND, "harness.enable", "adb", {"command.exit_code": "0"}),
            _return(Moment.RETURN, "port.return", "adb_device"),
            (Moment.AFTER, "android.state", "adb", after),
            (
                Moment.AFTER,
                "canary.look",
                "adb",
                {
                    "canary.gone": STRATA,
                    "canary.still_there": "",
                    "canary.marker_works": STRATA,
                },
            ),
            _return(Moment.FINAL, "port.final", "usb_only"),
            (Moment.FINAL, "operator.setup_screen", "operator", {"statement.setup_screen": "yes"}),
        ]
    )


GB = 10**9
SECRET = secret_of(SALT, "0" * 32)
FIRST_BOOT, NEXT_BOOT = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


def overwritten() -> tuple[Evidence, ...]:
    """The same, with an overwriting pass before the last reset: 116 of 128 GB, a tenth read back."""
    looked = harness()
    first_of_final = next(index for index, piece in enumerate(looked) if piece.moment is Moment.FINAL)
    chunks, drawn = "110627", "11063"
    sizes = {"storage.disks_bytes": str(128 * GB), "storage.total_bytes": str(118 * GB)}
    passed: list[Piece] = [
        (
            Moment.BETWEEN,
            "overwrite.planned",
            "host",
            {"overwrite.passes": "1", "overwrite.pattern": "keyed", "overwrite.commitment": commitment_to(SECRET)},
        ),
        (
            Moment.BETWEEN,
            "overwrite.measure",
            "adb",
            {**sizes, "storage.free_bytes": str(116 * GB), "overwrite.boot": FIRST_BOOT, "overwrite.uptime_s": "80"},
        ),
        (
            Moment.BETWEEN,
            "overwrite.sent",
            "host",
            {"overwrite.pass": "1", "overwrite.pattern": "keyed", "overwrite.sent_bytes": str(116 * GB)},
        ),
        (
            Moment.BETWEEN,
            "overwrite.filled",
            "adb",
            {
                "overwrite.pass": "1",
                "overwrite.kept_bytes": str(116 * GB),
                "overwrite.files": "109",
                "overwrite.full": "yes",
                "overwrite.small_files": "10",
                "overwrite.small_full": "yes",
                "storage.free_bytes": "0",
                "overwrite.boot": FIRST_BOOT,
            },
        ),
        _return(Moment.BETWEEN, "port.overwrite", "adb_device"),
        (Moment.BETWEEN, "android.state", "adb", {**_PHONE, **_SYSTEM, **_FRESH, "setup.test_harness": "1"}),
        (Moment.BETWEEN, "overwrite.restarted", "adb", {"overwrite.boot": NEXT_BOOT, "overwrite.uptime_s": "40"}),
        (
            Moment.BETWEEN,
            "overwrite.drawn",
            "host",
            {
                "overwrite.seed": seed_of(SECRET, NEXT_BOOT),
                "overwrite.chunk_bytes": "1048576",
                "overwrite.chunks_total": chunks,
                "overwrite.chunks_drawn": drawn,
                "overwrite.passes": "1",
            },
        ),
        (
            Moment.BETWEEN,
            "overwrite.read_back",
            "host",
            {
                "overwrite.chunks_drawn": drawn,
                "overwrite.chunks_matching": drawn,
                "overwrite.chunks_differing": "0",
                "overwrite.chunks_unread": "0",
                "overwrite.read_bytes": str(11063 * 1048576),
            },
        ),
        (Moment.BETWEEN, "overwrite.disclosed", "host", {"overwrite.secret": SECRET}),
        (Moment.BETWEEN, "overwrite.removed", "adb", {"overwrite.removed": "yes"}),
        (
            Moment.BETWEEN,
            "canary.look",
            "adb",
            {"canary.gone": STRATA, "canary.still_there": "", "canary.marker_works": STRATA},
        ),
    ]
    every = (*map(_plain, looked[:first_of_final]), *passed, *map(_plain, looked[first_of_final:]))
    return _number(every)


def _plain(piece: Evidence) -> Piece:
    return (piece.moment, piece.asked, piece.link, piece.values)


def reopened() -> tuple[Evidence, ...]:
    """An honest Android that a person reset, opened again, and reset once more: E1."""
    after = {**_PHONE, **_SYSTEM, **_FRESH, "boot.reset_entries": "1795000100"}
    look = {"canary.gone": STRATA, "canary.still_there": "", "canary.marker_works": STRATA}
    return _number(
        [
            (Moment.BEFORE, "android.state", "adb", {**_PHONE, **_SYSTEM, **_USED}),
            (Moment.BEFORE, "android.checks", "adb", {"tamper.signs": ""}),
            _port(Moment.BEFORE, "port.before", "adb_device"),
            (Moment.BEFORE, "canary.plant", "adb", {"canary.planted": STRATA, "canary.mark": "0" * 32}),
            (Moment.COMMAND, "host.instructed", "host", {"host.step": "reset_in_settings"}),
            _return(Moment.RETURN, "port.return", "usb_only"),
            _port(Moment.AFTER, "port.opened", "adb_device"),
            (Moment.AFTER, "android.state", "adb", after),
            (Moment.AFTER, "canary.look", "adb", look),
            _return(Moment.FINAL, "port.final", "usb_only"),
            (Moment.FINAL, "operator.setup_screen", "operator", {"statement.setup_screen": "yes"}),
        ]
    )


def trade_in() -> tuple[Evidence, ...]:
    """An honest Android 16."""
    status = {**_PHONE, "locks.frp": "clear", "command.exit_code": "0", "system.first_api_level": "34"}
    inside = {**_PHONE, **_SYSTEM, **_FRESH, "setup.trade_in": "2"}
    return _number(
        [
            _port(Moment.BEFORE, "port.before", "adb_foyer"),
            (Moment.BEFORE, "trade_in.getstatus", "trade_in", status),
            (Moment.COMMAND, "trade_in.evaluate", "trade_in", {"command.exit_code": "0"}),
            (Moment.BEFORE, "android.state", "adb", {**inside, "data.android_id": OLD_ID}),
            (Moment.BEFORE, "android.checks", "adb", {"tamper.signs": ""}),
            (Moment.BEFORE, "canary.plant", "adb", {"canary.planted": STRATA}),
            (Moment.COMMAND, "android.reboot", "adb", {"command.returned": "taken"}),
            _return(Moment.RETURN, "port.return", "adb_foyer"),
            (Moment.AFTER, "trade_in.getstatus", "trade_in", status),
            (Moment.AFTER, "trade_in.evaluate", "trade_in", {"command.exit_code": "0"}),
            (Moment.AFTER, "android.state", "adb", inside),
            (
                Moment.AFTER,
                "canary.look",
                "adb",
                {
                    "canary.gone": STRATA,
                    "canary.still_there": "",
                    "canary.marker_works": STRATA,
                },
            ),
            (Moment.FINAL, "android.reboot", "adb", {"command.returned": "taken"}),
            _return(Moment.FINAL, "port.final", "adb_foyer"),
            (Moment.FINAL, "trade_in.getstatus", "trade_in", status),
        ]
    )


def guided() -> tuple[Evidence, ...]:
    """An Android that went away and shows its foyer again, with a statement: E1."""
    return _number(
        [
            (Moment.BEFORE, "android.state", "adb", {**_PHONE, **_SYSTEM, **_USED}),
            (Moment.BEFORE, "canary.plant", "adb", {"canary.planted": STRATA}),
            (Moment.COMMAND, "host.instructed", "host", {"host.step": "reset_in_settings"}),
            _return(Moment.RETURN, "port.return", "adb_foyer"),
            (Moment.AFTER, "trade_in.getstatus", "trade_in", {**_PHONE, "locks.frp": "clear"}),
            (Moment.AFTER, "operator.setup_screen", "operator", {"statement.setup_screen": "yes"}),
        ]
    )


def rescue() -> tuple[Evidence, ...]:
    """An Android wiped in rescue mode that shows its foyer, with a statement: E1."""
    return _number(
        [
            (Moment.BEFORE, "android.state", "adb", {**_PHONE, **_SYSTEM, **_USED}),
            (Moment.BEFORE, "canary.plant", "adb", {"canary.planted": STRATA}),
            (Moment.BETWEEN, "rescue.getprop", "recovery", {"system.fingerprint": _SYSTEM["system.fingerprint"]}),
            (Moment.COMMAND, "rescue.wipe", "recovery", {"command.returned": "done"}),
            _return(Moment.RETURN, "port.return", "adb_foyer"),
            (Moment.AFTER, "trade_in.getstatus", "trade_in", {**_PHONE, "locks.frp": "clear"}),
            (Moment.AFTER, "operator.setup_screen", "operator", {"statement.setup_screen": "yes"}),
        ]
    )


def recovery() -> tuple[Evidence, ...]:
    """A locked Android wiped in its recovery menu that shows its foyer, with a statement: E1."""
    return _number(
        [
            _port(Moment.BEFORE, "port.before", "usb_only"),
            (Moment.COMMAND, "host.instructed", "host", {"host.step": "recovery_boot_menu"}),
            _return(Moment.BETWEEN, "port.recovery", "usb_only"),
            (Moment.BETWEEN, "operator.recovery_wipe", "operator", {"statement.recovery_wipe": "wiped"}),
            _return(Moment.RETURN, "port.return", "adb_foyer"),
            _port(Moment.AFTER, "port.after", "adb_foyer"),
            (Moment.AFTER, "trade_in.getstatus", "trade_in", {"identity.serial": SERIAL, "locks.frp": "armed"}),
            (Moment.AFTER, "operator.setup_screen", "operator", {"statement.setup_screen": "yes"}),
        ]
    )


def fastboot() -> tuple[Evidence, ...]:
    """An Android erased by its boot loader that shows its foyer, with a statement: E1."""
    return _number(
        [
            (Moment.BEFORE, "fastboot.variables", "fastboot", {"identity.serial": SERIAL, "fastboot.unlocked": "yes"}),
            (Moment.COMMAND, "fastboot.erase.userdata", "fastboot", {"command.returned": "okay"}),
            _return(Moment.RETURN, "port.return", "adb_foyer"),
            (Moment.AFTER, "trade_in.getstatus", "trade_in", {"identity.serial": SERIAL, "locks.frp": "armed"}),
            (Moment.AFTER, "operator.setup_screen", "operator", {"statement.setup_screen": "yes"}),
        ]
    )


def iphone(route: str = "mcinstall", model: str = "iPhone14,5") -> tuple[Evidence, ...]:
    """An honest iPhone."""
    who = {"identity.serial": SERIAL, "identity.imei1": IMEI, "identity.udid": UDID, "identity.ecid": ECID}
    before = {
        **who,
        "product.model": model,
        "system.clock_epoch": "1795000000",
        "apple.obliteration_kind": "eacs_done",
        "apple.obliteration_epoch": "1755000000",
        "apple.obliteration_digest": "a" * 64,
        "apple.oblit_begins": "no",
        "apple.oblit_begins_mark": "none",
        "apple.oblit_failure": "no",
        "apple.oblit_failure_mark": "none",
        "apple.activation_state": "Activated",
        "apple.setup_done": "yes",
        "apple.apps": "12",
        "locks.activation_lock": "no",
        "locks.supervised": "no",
        "media.sim": "absent",
        "tamper.signs": "",
    }
    after = {
        **before,
        "system.clock_epoch": "1795000200",
        "apple.obliteration_epoch": "1795000100",
        "apple.obliteration_digest": "b" * 64,
        "apple.activation_state": "Unactivated",
        "apple.setup_done": "no",
        "apple.apps": "0",
    }
    return _number(
        [
            (Moment.BEFORE, "apple.inspection", "usbmux", before),
            (Moment.BEFORE, "apple.canary.plant", "usbmux", {"canary.planted": "media"}),
            (Moment.COMMAND, f"apple.erase.{route}", "usbmux", {"command.returned": "link_dropped"}),
            _return(Moment.RETURN, "port.return", "apple"),
            (Moment.AFTER, "apple.trust", "usbmux", {"apple.trust": "refused_host"}),
            (Moment.AFTER, "apple.after", "usbmux", after),
            (
                Moment.AFTER,
                "apple.canary.look",
                "usbmux",
                {
                    "canary.gone": "media",
                    "canary.still_there": "",
                    "canary.marker_works": "media",
                },
            ),
        ]
    )


HONEST: dict[str, Callable[[], tuple[Evidence, ...]]] = {
    "android_trade_in": trade_in,
    "android_harness": harness,
    "apple_mcinstall": iphone,
    "apple_mobilebackup2": lambda: iphone("mobilebackup2"),
    "apple_guided": iphone,
}


def changed(
    evidence: Sequence[Evidence], moment: Moment, value: str, text: str | None, *, asked: str = ""
) -> tuple[Evidence, ...]:
    """Every reading of `value` at `moment` replaced by `text`, or taken away (None)."""

    def change(piece: Evidence) -> Evidence:
        if piece.moment is not moment or value not in piece.values or (asked and piece.asked != asked):
            return piece
        values = {name: old for name, old in piece.values.items() if name != value}
        if text is not None:
            values[value] = text
        return replace(piece, values=values, digest=digest_of(values))

    return tuple(change(piece) for piece in evidence)


def added(
    evidence: Sequence[Evidence], number: int, moment: Moment, asked: str, values: Mapping[str, str]
) -> tuple[Evidence, ...]:
    """One more piece, in front of the others of its number."""
    like = next(piece for piece in evidence if piece.moment is moment)
    more = replace(like, number=number, asked=asked, values=dict(values), digest=digest_of(values))
    return tuple(sorted([more, *evidence], key=lambda piece: piece.number))


def without(evidence: Sequence[Evidence], moment: Moment, asked: str) -> tuple[Evidence, ...]:
    """The job in which that question was not answered."""
    return tuple(piece for piece in evidence if not (piece.moment is moment and piece.asked == asked))


def stated(evidence: Sequence[Evidence], moment: Moment, what: str, answer: str) -> tuple[Evidence, ...]:
    """The same, and the person's answer to one more question at `moment`."""
    values = {f"statement.{what}": answer}
    last = evidence[-1]
    piece = replace(
        last,
        number=last.number + 1,
        moment=moment,
        asked=f"operator.{what}",
        link="operator",
        values=values,
        digest=digest_of(values),
    )
    return (*evidence, piece)
