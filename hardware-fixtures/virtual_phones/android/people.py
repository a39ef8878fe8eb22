# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do on a virtual Android: tap, press, take cards out. What the phone does not offer has no effect."""

from collections.abc import Callable

from virtual_phones.android.body import AndroidBody


def _in_settings(phone: AndroidBody) -> bool:
    """Can a person reach Settings now?"""
    set_up = phone.system.setting("secure", "user_setup_complete") == "1"
    return phone.mode == "system" and phone.system.ready and set_up


def accept_adb(phone: AndroidBody) -> None:
    """Tap Allow, if the dialog is open."""
    if phone.offered is not None and phone.now_s >= phone.offered[2] and phone.mode == "system":
        phone.accept_key(phone.offered[0], phone.offered[1] or "bench@bench")


def deny_adb(phone: AndroidBody) -> None:
    """Tap Cancel; the host may ask again."""
    phone.offered = None


def enable_adb(phone: AndroidBody) -> None:
    """Seven taps and the switch; not possible before set-up is finished."""
    if _in_settings(phone):
        phone.enable_adb()


def disable_adb(phone: AndroidBody) -> None:
    """The switch, off."""
    if _in_settings(phone):
        phone.lives.data.settings["global"]["adb_enabled"] = "0"
        phone.generation += 1


def revoke_adb(phone: AndroidBody) -> None:
    """Revoke USB debugging authorisations."""
    phone.lives.data.keys.clear()
    phone.generation += 1


def open_again(phone: AndroidBody) -> None:
    """Stay with it: walk its set-up without account, network or card, switch debugging on, allow the computer."""
    phone.is_walked = True
    phone.walk()


def erase_in_settings(phone: AndroidBody) -> None:
    """Settings → Erase all data: a trusted reset, which also clears factory reset protection."""
    phone.is_walked = False
    if _in_settings(phone) and "no_factory_reset" not in phone.lives.data.restrictions:
        phone.harness_keys = None
        phone.wipe_at_boot(trusted=True)


def wipe_in_recovery(phone: AndroidBody) -> None:
    """Recovery menu → Wipe data, then reboot."""
    if phone.mode == "recovery" and "returns_into_recovery" not in phone.misbehaviour:
        phone.wipe_at_boot(trusted=False)


def walk_to_recovery(phone: AndroidBody) -> None:
    """Power off, the maker's keys, Wipe data; the menu stays open."""
    phone.walk_to_recovery()


def restart_from_menu(phone: AndroidBody) -> None:
    """Recovery menu → Reboot system now."""
    phone.restart_from_menu()


def reboot_system(phone: AndroidBody) -> None:
    """Hold power, or the menu of recovery and fastboot: start Android."""
    if phone.mode in ("recovery", "sideload", "rescue", "fastboot"):
        phone.leave(phone.timing.absent_s, lambda now_s: phone.boot("reboot,userrequested", now_s))
    elif phone.mode == "system":
        phone.reboot("")


def power_off(phone: AndroidBody) -> None:
    """Switch it off."""
    phone.reboot("shutdown")


def power_on(phone: AndroidBody) -> None:
    """Switch it on, unless it never comes back."""
    if phone.mode == "off" and phone.agenda.next_s() is None and "never_returns" not in phone.misbehaviour:
        phone.boot("cold,powerkey", phone.now_s)


def add_account(phone: AndroidBody) -> None:
    """Somebody signs in; the foyer ends."""
    phone.sign_in()


def remove_accounts(phone: AndroidBody) -> None:
    """The seller signs out everywhere."""
    if _in_settings(phone):
        phone.lives.data.accounts = []
        if "frp_armed" not in phone.misbehaviour:
            phone.lives.hardware.frp_handle = b""
            phone.lives.hardware.frp_active = False


def remove_sim(phone: AndroidBody) -> None:
    """Take the card out."""
    phone.lives.hardware.sim_inserted = False


def insert_sim(phone: AndroidBody) -> None:
    """Put a card in; with a network the foyer ends."""
    phone.lives.hardware.sim_inserted = True
    phone.stop_foyer()


def remove_sd(phone: AndroidBody) -> None:
    """Take the card out."""
    phone.lives.hardware.sd_inserted = False
    phone.lives.tray.take_out()


def connect_wifi(phone: AndroidBody) -> None:
    """Join a network; the foyer ends."""
    phone.system.wifi_connected = True
    phone.stop_foyer()


def finish_setup(phone: AndroidBody) -> None:
    """Tap through the set-up wizard; the foyer ends."""
    phone.finish_setup()


def set_lock_screen(phone: AndroidBody) -> None:
    """Set a PIN."""
    phone.lives.data.lock_screen = True


def remove_lock_screen(phone: AndroidBody) -> None:
    """Remove the PIN."""
    phone.lives.data.lock_screen = False


def charge(phone: AndroidBody) -> None:
    """An hour on the charger."""
    phone.lives.hardware.battery_level = 100


def press_power(phone: AndroidBody) -> None:
    """Press the power key once."""
    phone.system.inputs.press("power", phone.now_s)


def press_volume_up(phone: AndroidBody) -> None:
    """Press the upper volume key once."""
    phone.system.inputs.press("volume_up", phone.now_s)


def press_volume_down(phone: AndroidBody) -> None:
    """Press the lower volume key once."""
    phone.system.inputs.press("volume_down", phone.now_s)


def plug_headset(phone: AndroidBody) -> None:
    """Put a plug into the socket."""
    phone.system.inputs.plug(phone.now_s, there=True)


def pull_headset(phone: AndroidBody) -> None:
    """Take it out."""
    phone.system.inputs.plug(phone.now_s, there=False)


def draw_over_screen(phone: AndroidBody) -> None:
    """Draw over all of the screen with a finger."""
    phone.system.inputs.draw_over(phone.now_s)


def cover_top(phone: AndroidBody) -> None:
    """A hand over the upper end, and away."""
    phone.system.inputs.cover(phone.now_s)


def light_and_cover(phone: AndroidBody) -> None:
    """A lamp on it, and then a hand."""
    phone.system.inputs.shine(phone.now_s)


def touch_reader(phone: AndroidBody) -> None:
    """A finger on the finger reader, not the owner's."""
    phone.system.inputs.touch_reader(phone.now_s)


ACTIONS: dict[str, Callable[[AndroidBody], None]] = {
    "accept_adb": accept_adb,
    "deny_adb": deny_adb,
    "enable_adb": enable_adb,
    "disable_adb": disable_adb,
    "open_again": open_again,
    "revoke_adb": revoke_adb,
    "erase_in_settings": erase_in_settings,
    "wipe_in_recovery": wipe_in_recovery,
    "walk_to_recovery": walk_to_recovery,
    "restart_from_menu": restart_from_menu,
    "reboot_system": reboot_system,
    "power_off": power_off,
    "power_on": power_on,
    "add_account": add_account,
    "remove_accounts": remove_accounts,
    "remove_sim": remove_sim,
    "insert_sim": insert_sim,
    "remove_sd": remove_sd,
    "connect_wifi": connect_wifi,
    "finish_setup": finish_setup,
    "set_lock_screen": set_lock_screen,
    "remove_lock_screen": remove_lock_screen,
    "charge": charge,
    "press_power": press_power,
    "press_volume_up": press_volume_up,
    "press_volume_down": press_volume_down,
    "plug_headset": plug_headset,
    "pull_headset": pull_headset,
    "draw_over_screen": draw_over_screen,
    "cover_top": cover_top,
    "light_and_cover": light_and_cover,
    "touch_reader": touch_reader,
}
"""What a person can do, by name."""
