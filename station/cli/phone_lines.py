# SPDX-License-Identifier: GPL-3.0-or-later
"""What was read from a phone, in the few lines a technician reads; `inspect --all` shows every value as it was read.

What the phone did not tell is said to be so, never left out: a lock that could not be looked for is no free phone.
"""

from collections.abc import Iterable, Mapping

from phones.identity import PhoneIdentity
from station.text.language import current, text

_ON = frozenset({"yes", "armed", "locked", "present", "adopted"})
_OFF = frozenset({"no", "clear", "cleared", "not_applicable", "absent"})
_LOCKS = (
    "locks.frp",
    "locks.activation_lock",
    "locks.lock_screen",
    "locks.device_owner",
    "locks.profile_owner",
    "locks.supervised",
    "locks.reset_forbidden",
    "locks.knox_guard",
    "locks.device_lock",
    "locks.finance_app",
    "locks.maker_account",
    "locks.find_hub",
    "locks.sim_lock",
    "locks.other",
)
_COUNTED = ("locks.accounts",)
_OF_EVERY_PHONE = {
    "android": ("locks.frp", "locks.accounts", "locks.lock_screen", "locks.device_owner"),
    "ios": ("locks.activation_lock", "locks.supervised", "locks.lock_screen"),
}
"""What is missed when nothing at all was read of it."""


def lines_of(values: Mapping[str, str], *, platform: str) -> list[tuple[str, str]]:
    """Caption and sentence of each line, always the same; a boot loader has one more. `platform`: android or ios."""
    identity = PhoneIdentity.from_values(values)
    imeis = [number for name in ("imei1", "imei2") if (number := identity.number(name))]
    boot_loader = [(text("inspect.boot_loader"), _boot_loader(values))] if _said_by_boot_loader(values) else []
    return [
        (text("view.phone"), called(values)),
        (text("view.serial"), identity.serial or text("inspect.not_told")),
        (text("inspect.imei"), ", ".join(imeis) or text("inspect.not_told")),
        (text("inspect.system"), _system(values)),
        (text("inspect.battery"), _battery(values)),
        (text("inspect.storage"), _storage(values)),
        (text("inspect.cards"), _cards(values)),
        (text("inspect.locks"), _locks(values, platform)),
        *boot_loader,
    ]


def called(values: Mapping[str, str]) -> str:
    """What people call such a phone; of a boot loader its code name, which is all it tells."""
    return PhoneIdentity.from_values(values).display_name or values.get("product.device") or text("inspect.not_told")


def _said_by_boot_loader(values: Mapping[str, str]) -> bool:
    return any(name.startswith("fastboot.") for name in values)


def _boot_loader(values: Mapping[str, str]) -> str:
    state = {"yes": "unlocked", "no": "locked"}.get(values.get("fastboot.unlocked", ""), "unknown")
    return text(f"inspect.boot_loader_{state}")


def _system(values: Mapping[str, str]) -> str:
    version, patch = values.get("system.version", ""), values.get("system.security_patch", "")
    if not version:
        return text("inspect.not_told")
    return text("inspect.with_patch", version=version, patch=patch) if patch else version


def _battery(values: Mapping[str, str]) -> str:
    level, health, cycles = (values.get(f"battery.{name}", "") for name in ("level", "health_percent", "cycles"))
    said = [text("inspect.charged", percent=level)] if level else []
    said.append(text("inspect.health", percent=health) if health else text("inspect.health_not_told"))
    if cycles:
        said.append(text("inspect.cycles", number=cycles))
    return _list(said)


def _storage(values: Mapping[str, str]) -> str:
    total, free = values.get("storage.total_bytes", ""), values.get("storage.free_bytes", "")
    if not total.isdigit():
        return text("inspect.not_told")
    size = text("inspect.bytes", gigabytes=f"{int(total) / 1e9:.0f}")
    return text("inspect.free", size=size, gigabytes=f"{int(free) / 1e9:.0f}") if free.isdigit() else size


def _cards(values: Mapping[str, str]) -> str:
    said = []
    for name in ("media.sim", "media.sd"):
        value = values.get(name, "unknown")
        state = "in" if value in _ON else "out" if value in _OFF else "unknown"
        said.append(text(f"inspect.{name.partition('.')[2]}_{state}"))
    return _list(said)


def _locks(values: Mapping[str, str], platform: str) -> str:
    on, unknown = [], []
    for name in (*_LOCKS, *_COUNTED):
        value = values.get(name)
        caption = text(f"inspect.{name.partition('.')[2]}")
        if name in _COUNTED and value is not None and value.isdigit():
            if int(value):
                on.append(text("inspect.counted", what=caption, count=int(value)))
        elif value in _ON:
            on.append(caption)
        elif (value is not None and value not in _OFF) or (value is None and name in _OF_EVERY_PHONE.get(platform, ())):
            unknown.append(caption)
    said = text("inspect.locked", locks=_list(on)) if on else text("inspect.none_found")
    return text("inspect.and_unknown", said=said, locks=_list(unknown)) if unknown else said


def _list(pieces: Iterable[str]) -> str:
    return ("，" if current() == "zh" else ", ").join(pieces)
