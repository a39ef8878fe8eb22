# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual Android phone: its modes, its reboots, its erases, and what adb finds in each mode."""

from collections.abc import Callable, Iterable, Mapping

from virtual_phones import android_foyer as foyer
from virtual_phones.android_behaviour import LIMITS, MISBEHAVIOURS, VARIATIONS
from virtual_phones.android_data import EPOCH_AT_ZERO, Hardware
from virtual_phones.android_lives import AndroidLives
from virtual_phones.android_system import AndroidSystem
from virtual_phones.android_tools import android_tools
from virtual_phones.filetree import FileTree
from virtual_phones.phone import (
    ADB_INTERFACE,
    FASTBOOT_INTERFACE,
    MTP_INTERFACE,
    Agenda,
    Interface,
    ServiceReply,
    Timing,
    UsbView,
    VirtualPhone,
    section,
)
from virtual_phones.shell import Shell

__all__ = ["LIMITS", "MISBEHAVIOURS", "VARIATIONS", "AndroidPhone"]

CONDITIONS = ("used", "signed_in", "debugging", "reset")
LATE_S = 900.0
SELLERS_KEY = "00" * 16


class AndroidPhone(VirtualPhone):
    """A virtual Android phone.

    `condition`: "used" (a seller's phone, set up, signed in, debugging off), "signed_in" (the same, debugging
    on), "debugging" (debugging on, accounts removed, as a seller hands it over) or "reset" (reset once before
    the story, in its set-up screen). `seed` chooses the owner and every random thing.
    Raises: ValueError for an unknown condition, misbehaviour or variation.
    """

    platform = "android"

    def __init__(
        self,
        model: Mapping[str, object],
        *,
        serial: str,
        imeis: tuple[str, ...],
        timing: Timing | None = None,
        misbehaviour: Iterable[str] = (),
        variation: Iterable[str] = (),
        seed: int = 0,
        condition: str = "debugging",
        neighbour_serial: str = "",
        epoch_at_zero: float = EPOCH_AT_ZERO,
    ) -> None:
        self.model = model
        self.serial = serial
        self.imeis = imeis
        self.timing = timing or Timing()
        self.misbehaviour = frozenset(misbehaviour)
        self.variation = frozenset(variation)
        unknown = (self.misbehaviour - set(MISBEHAVIOURS)) | (self.variation - set(VARIATIONS) - set(LIMITS))
        if unknown or condition not in CONDITIONS:
            raise ValueError(f"android: unknown {', '.join(sorted(unknown)) or condition}")
        self.neighbour_serial = neighbour_serial or serial[:-1] + ("0" if serial[-1:] != "0" else "1")
        self.now_s = 0.0
        self.generation = 0
        """Counts restarts of adbd: connections made under an older number are dead."""
        self.offered: tuple[str, str, float] | None = None
        self.mode = "system"
        """off, system, recovery, sideload, fastboot or restarting (adbd on its way down or up)."""
        self.agenda = Agenda()
        battery = int(str(section(model, "battery").get("level", 80)))
        self.lives = AndroidLives(
            model,
            Hardware(
                serial=serial, imeis=imeis, battery_level=7 if "battery_low" in self.misbehaviour else battery,
                sim_inserted="sim_inserted" in self.misbehaviour, sd_inserted="sd_inserted" in self.misbehaviour,
            ),
            misbehaviour=self.misbehaviour, variation=self.variation, seed=seed, epoch_at_zero=int(epoch_at_zero),
        )
        self.system = AndroidSystem(
            self.lives, reboot=self._reboot, harness=self._harness, evaluate=self._evaluate
        )
        self.system.ready_in_s = self._ready_in_s
        self.system.tools = android_tools(self.system)
        self._ready_at_s = 0.0
        self._harness_keys: dict[str, str] | None = None
        self._settle(condition)

    def _settle(self, condition: str) -> None:
        """Bring the phone into the condition the story begins with."""
        lives, data = self.lives, self.lives.data
        if condition in ("debugging", "signed_in"):
            data.settings["global"] |= {"adb_enabled": "1", "development_settings_enabled": "1"}
            self.system.wifi_connected = True
        if condition == "debugging":
            data.accounts = []
        data.lock_screen = "lock_screen" in self.misbehaviour
        data.device_owner = "com.example.mdm/.AdminReceiver" if "device_owner" in self.misbehaviour else ""
        data.restrictions = ["no_factory_reset"] if "reset_forbidden" in self.misbehaviour else []
        if "frp_armed" in self.misbehaviour or condition in ("used", "signed_in"):
            lives.hardware.frp_handle = lives.draw.randbytes(48)
        if condition == "reset":
            if "staged_foyer" in self.misbehaviour:
                data.settings["global"] |= {"device_provisioned": "0", "adb_enabled": "0"}
                data.settings["secure"]["user_setup_complete"] = "0"
            else:
                lives.wipe(trusted=True)
                lives.clock_offset = 0
            lives.complete_boot()
            foyer.start(self.system)
        lives.begin_here()

    # -- time, bus, people ---------------------------------------------------------------------

    def tick(self, now_s: float) -> None:
        """See VirtualPhone."""
        while (due_s := self.agenda.next_s()) is not None and due_s <= now_s:
            self._at(due_s)
            self.agenda.run(due_s)
        self._at(now_s)

    def _at(self, now_s: float) -> None:
        self.now_s = max(self.now_s, now_s)
        self.lives.now_s = self.now_s

    def next_event_s(self) -> float | None:
        """See VirtualPhone."""
        return self.agenda.next_s()

    @property
    def on_bus(self) -> bool:
        """Does USB see the phone?"""
        return self.mode != "off"

    def usb(self) -> UsbView | None:
        """See VirtualPhone."""
        if not self.on_bus:
            return None
        usb = section(self.model, "usb")
        adb = self.adb_mode() != "none"
        product = "product_plain"
        interfaces: tuple[Interface, ...] = (MTP_INTERFACE,)
        if self.mode == "fastboot":
            product, interfaces = "product_fastboot", (FASTBOOT_INTERFACE,)
        elif self.mode in ("recovery", "sideload"):
            product, interfaces = "product_recovery", (ADB_INTERFACE,) if adb else ()
        elif adb:
            product, interfaces = "product_adb", (MTP_INTERFACE, ADB_INTERFACE)
        serial = self.system.properties()["ro.serialno"]
        return UsbView(
            vendor_id=int(str(usb.get("vendor_id", 0x18D1))), product_id=int(str(usb.get(product, 0x4EE0))),
            iserial=serial[:126], manufacturer=str(usb.get("manufacturer", "")),
            product=str(usb.get("product", "")), interfaces=interfaces,
        )

    def press(self, action: str, now_s: float) -> None:
        """See VirtualPhone. The actions are the names in `ACTIONS`."""
        self.tick(now_s)
        act = ACTIONS.get(action)
        if act is None:
            raise ValueError(f"android: nobody can {action}")
        act(self)

    def truth(self) -> dict[str, object]:
        """See VirtualPhone."""
        return {
            "serial": self.serial, "answers_as": self.lives.hardware.serial, "erased": self.lives.erased(),
            "left": self.lives.left(), "resets": self.lives.resets, "mode": self.mode, "adb": self.adb_mode(),
            "accounts": len(self.lives.data.accounts), "frp": bool(self.lives.hardware.frp_handle),
            "system_image": self.lives.hardware.system_image,
        }

    def secrets(self) -> dict[str, str]:
        """See VirtualPhone."""
        owner = self.lives.owner
        return {
            "name": owner.name, "device_name": owner.device_name, "account": owner.account,
            "second_account": owner.second_account, "phone_number": owner.phone_number, "iccid": owner.iccid,
            "imsi": owner.imsi, "wifi": owner.wifi, "hostname": owner.hostname, "photo": owner.photo,
        }

    @property
    def files(self) -> FileTree:
        """The file tree, for sync; the shell user is `filetree.SHELL`."""
        return self.lives.files

    # -- adb -------------------------------------------------------------------------------------

    @property
    def keys(self) -> dict[str, str]:
        """Authorised adb keys: fingerprint → user@host."""
        return self.lives.data.keys

    def adb_mode(self) -> str:
        """none, device, unauthorized, foyer, recovery or sideload."""
        if self.mode == "recovery":
            return "recovery" if "unlocked_bootloader" in self.variation else "none"
        if self.mode == "sideload":
            return "sideload"
        if self.mode != "system" or self.system.setting("global", "adb_enabled") != "1":
            return "none"
        if self.system.trade_in() == foyer.FOYER:
            return "foyer"
        if self.needs_key() and not set(self.keys) - {SELLERS_KEY}:
            return "unauthorized"
        return "device"

    def needs_key(self) -> bool:
        """Does adbd want an authorised RSA key? Not in the trade-in foyer, in evaluation, nor in recovery."""
        return self.mode == "system" and self.system.trade_in() not in (foyer.FOYER, foyer.EVALUATION)

    def knows_key(self, fingerprint: str) -> bool:
        """Has a person accepted the key?"""
        return fingerprint in self.keys

    def offer_key(self, fingerprint: str, now_s: float, comment: str = "") -> None:
        """A host sent its public key: a dialog opens, which `accept_adb` or `deny_adb` answers."""
        self.tick(now_s)
        if not self.knows_key(fingerprint) and (self.offered is None or self.offered[0] != fingerprint):
            self.offered = (fingerprint, comment, self.now_s + self.timing.dialog_s)

    def accept_key(self, fingerprint: str, comment: str = "bench@bench") -> None:
        """The person said yes, always."""
        self.keys[fingerprint] = comment
        self.offered = None

    def accepts(self, service: str) -> bool:
        """Would adbd open this service in its present mode, for an authorised host?"""
        mode = self.adb_mode()
        if mode == "foyer":
            return foyer.SERVICE.fullmatch(service) is not None
        if mode in ("recovery", "sideload"):
            return service.startswith("reboot:")
        return mode == "device" and service.startswith(("shell", "exec:", "sync:", "reboot:", "remount:"))

    def run(self, service: str, stdin: bytes = b"", *, now_s: float) -> ServiceReply | None:
        """Run one service whole; None = closed. `sync:` is not run here: it works on `files`."""
        self.tick(now_s)
        kind, _, line = service.partition(":")
        if not self.accepts(service) or kind == "sync":
            return None
        if kind == "reboot":
            self._reboot(line)
            return ServiceReply()
        if kind == "remount":
            return ServiceReply(stdout=b"remount failed\n")
        merged = "v2" not in kind.split(",")
        result = Shell(self.system).run(
            line or stdin.decode("utf-8", "surrogateescape"), stdin if line else b"", merged=merged
        )
        delay_s = result.delay_s + (LATE_S if "late_answers" in self.misbehaviour else 0.0)
        return ServiceReply(
            stdout=self._as_sent(result.stdout), stderr=result.stderr, exit_code=result.exit_code, delay_s=delay_s
        )

    def _as_sent(self, data: bytes) -> bytes:
        if "half_answers" in self.misbehaviour and len(data) > 64:
            data = data[:len(data) // 2]
        return data.replace(b"\n", b"\r\n") if "crlf_output" in self.variation else data

    def banner(self) -> str:
        """What adbd says of itself in CNXN, without features: `device::ro.product.name=…;`."""
        if self.mode in ("recovery", "sideload"):
            return f"{self.mode}::"
        found = self.system.properties()
        names = ("ro.product.name", "ro.product.model", "ro.product.device")
        return "device::" + "".join(f"{name}={found.get(name, '')[:200]};" for name in names)

    # -- going down --------------------------------------------------------------------------------

    def _reboot(self, target: str) -> None:
        """The system was asked to reboot; it leaves the bus a little later."""
        modes = {"recovery": "recovery", "bootloader": "fastboot", "fastboot": "fastboot", "sideload": "sideload",
                 "sideload-auto-reboot": "sideload", "shutdown": "off"}
        if self.mode == "off":
            return
        if target in modes and modes[target] != "off":
            self._leave(self.timing.absent_s, lambda _: self._arrive(modes[target]))
        elif target == "shutdown":
            self._leave(0.0, None)
        elif self.lives.hardware.wipe_mark:
            self._wipe_at_boot(trusted=False)
        else:
            self._leave(self.timing.absent_s, lambda now_s: self._boot("reboot,userrequested", now_s))

    def _leave(self, away_s: float, then: Callable[[float], None] | None) -> None:
        """Leave the bus after `leave_s`, stay away `away_s`, then do `then`."""
        left_s = self.now_s + self.timing.leave_s

        def gone(_: float) -> None:
            self.generation += 1
            self.offered = None
            self.mode = "off"

        self.agenda.clear()
        self.agenda.at(left_s, gone)
        if then is not None:
            self.agenda.at(left_s + away_s, then)

    def _wipe_at_boot(self, *, trusted: bool) -> None:
        """Reboot through recovery with a wipe, as far as this phone does it."""
        lies = self.misbehaviour
        away_s = self.timing.wipe_s
        if "says_done_stays" in lies:
            return
        if "reboots_without_wipe" in lies:
            away_s = self.timing.absent_s
        if "never_returns" in lies:
            self._leave(0.0, None)
        elif "returns_into_recovery" in lies:
            self._leave(self.timing.absent_s, lambda _: self._arrive("recovery"))
        else:
            self._leave(away_s, lambda now_s: self._after_recovery(now_s, trusted=trusted))

    def _after_recovery(self, now_s: float, *, trusted: bool) -> None:
        lies = self.misbehaviour
        if lies & {"says_done_keeps_data", "reboots_without_wipe", "staged_foyer", "battery_low"}:
            self._harness_keys = None
            self.lives.hardware.wipe_mark = False
        elif "user_forged" in lies:
            self._harness_keys = None
            self.lives.hardware.wipe_mark = False
            self.lives.forge()
        elif "boots_other_image" in lies:
            self.lives.boot_other_image()
        else:
            self.lives.wipe(trusted=trusted)
            if "returns_with_other_serial" in lies:
                self.lives.hardware.serial = self.neighbour_serial
            if "returns_with_other_imei" in lies:
                self.lives.hardware.imeis = tuple(next_imei(imei) for imei in self.lives.hardware.imeis)
        if "double_reboot" in self.variation:
            self._arrive("booting")
            self.agenda.at(now_s + self.timing.boot_s / 2, lambda _: self._arrive("off"))
            again_s = now_s + self.timing.boot_s / 2 + self.timing.absent_s
            self.agenda.at(again_s, lambda later_s: self._boot("reboot,adb", later_s))
        else:
            self._boot("reboot,adb", now_s)

    # -- coming up ---------------------------------------------------------------------------------

    def _arrive(self, mode: str) -> None:
        self.generation += 1
        self.mode = mode

    def _boot(self, reason: str, now_s: float) -> None:
        """Android starts: on the bus at once, services answer after `boot_s`."""
        slow = 3.0 if "slow_boot" in self.variation else 1.0
        self._arrive("system")
        self.system.ready = False
        self.system.volatile.clear()
        self.lives.boot_reason = reason
        self.lives.booted_s = now_s
        self._ready_at_s = now_s + self.timing.boot_s * slow
        self.agenda.at(self._ready_at_s, self._booted)

    def _booted(self, now_s: float) -> None:
        self.system.ready = True
        self.lives.complete_boot()
        if self._harness_keys is not None:
            self.lives.set_up_harness(self._harness_keys)
            self._harness_keys = None
            self.generation += 1
        if foyer.start(self.system):
            self.generation += 1
        if "account_added" in self.misbehaviour and self.lives.resets:
            self.add_account()

    def _ready_in_s(self) -> float:
        return max(0.0, self._ready_at_s - self.now_s) if not self.system.ready else 0.0

    # -- erasing -----------------------------------------------------------------------------------

    def _harness(self) -> None:
        """Test harness: rc 0 is said before the reset begins; keys go into the persistent data block."""
        self._harness_keys = dict(self.keys)
        if "no_factory_reset" in self.lives.data.restrictions:
            self._harness_keys = None
            return
        self._wipe_at_boot(trusted=False)

    def _evaluate(self) -> None:
        """Adbd restarts as an ordinary adbd without authorisation, a moment after the answer has left."""
        down_s = self.now_s + self.timing.ready_s / 3
        self.agenda.at(down_s, lambda _: self._arrive("restarting"))
        self.agenda.at(self.now_s + self.timing.ready_s, lambda _: self._arrive("system"))

    # -- what people do ------------------------------------------------------------------------------

    def _in_settings(self) -> bool:
        """Can a person reach Settings now?"""
        return self.mode == "system" and self.system.ready and self.system.setting("secure", "user_setup_complete") == "1"

    def accept_adb(self) -> None:
        """Tap Allow, if the dialog is open."""
        if self.offered is not None and self.now_s >= self.offered[2] and self.mode == "system":
            self.accept_key(self.offered[0], self.offered[1] or "bench@bench")

    def deny_adb(self) -> None:
        """Tap Cancel; the host may ask again."""
        self.offered = None

    def enable_adb(self) -> None:
        """Seven taps and the switch; not possible before set-up is finished."""
        if self._in_settings():
            self.lives.data.settings["global"] |= {"adb_enabled": "1", "development_settings_enabled": "1"}
            self.generation += 1

    def disable_adb(self) -> None:
        """The switch, off."""
        if self._in_settings():
            self.lives.data.settings["global"]["adb_enabled"] = "0"
            self.generation += 1

    def revoke_adb(self) -> None:
        """Revoke USB debugging authorisations."""
        self.lives.data.keys.clear()
        self.generation += 1

    def erase_in_settings(self) -> None:
        """Settings → Erase all data: a trusted reset, which also clears factory reset protection."""
        if self._in_settings() and "no_factory_reset" not in self.lives.data.restrictions:
            self._harness_keys = None
            self._wipe_at_boot(trusted=True)

    def wipe_in_recovery(self) -> None:
        """Recovery menu → Wipe data, then reboot."""
        if self.mode == "recovery" and "returns_into_recovery" not in self.misbehaviour:
            self._wipe_at_boot(trusted=False)

    def reboot_system(self) -> None:
        """Hold power, or the menu of recovery and fastboot: start Android."""
        if self.mode in ("recovery", "sideload", "fastboot"):
            self._leave(self.timing.absent_s, lambda now_s: self._boot("reboot,userrequested", now_s))
        elif self.mode == "system":
            self._reboot("")

    def power_off(self) -> None:
        """Switch it off."""
        self._reboot("shutdown")

    def power_on(self) -> None:
        """Switch it on, unless it never comes back."""
        if self.mode == "off" and self.agenda.next_s() is None and "never_returns" not in self.misbehaviour:
            self._boot("cold,powerkey", self.now_s)

    def add_account(self) -> None:
        """Somebody signs in; the foyer ends."""
        owner = self.lives.owner
        self.lives.data.accounts = [(owner.account, "com.google")]
        self._stop_foyer()

    def remove_accounts(self) -> None:
        """The seller signs out everywhere."""
        if self._in_settings():
            self.lives.data.accounts = []
            if "frp_armed" not in self.misbehaviour:
                self.lives.hardware.frp_handle = b""

    def remove_sim(self) -> None:
        """Take the card out."""
        self.lives.hardware.sim_inserted = False

    def insert_sim(self) -> None:
        """Put a card in; with a network the foyer ends."""
        self.lives.hardware.sim_inserted = True
        self._stop_foyer()

    def remove_sd(self) -> None:
        """Take the card out."""
        self.lives.hardware.sd_inserted = False

    def connect_wifi(self) -> None:
        """Join a network; the foyer ends."""
        self.system.wifi_connected = True
        self._stop_foyer()

    def finish_setup(self) -> None:
        """Tap through the set-up wizard; the foyer ends."""
        if self.mode == "system" and self.system.ready:
            self._stop_foyer()
            self.lives.data.settings["global"]["device_provisioned"] = "1"
            self.lives.data.settings["secure"]["user_setup_complete"] = "1"

    def set_lock_screen(self) -> None:
        """Set a PIN."""
        self.lives.data.lock_screen = True

    def remove_lock_screen(self) -> None:
        """Remove the PIN."""
        self.lives.data.lock_screen = False

    def charge(self) -> None:
        """An hour on the charger."""
        self.lives.hardware.battery_level = 100

    def _stop_foyer(self) -> None:
        if foyer.stop(self.system):
            self.generation += 1


def next_imei(imei: str) -> str:
    """Another IMEI of the same model, with a correct check digit."""
    body = f"{(int(imei[:14]) + 1) % 10**14:014d}"
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(body))
    total = sum(value // 10 + value % 10 for value in doubled)
    return body + str(-total % 10)


ACTIONS: dict[str, Callable[[AndroidPhone], None]] = {
    "accept_adb": AndroidPhone.accept_adb, "deny_adb": AndroidPhone.deny_adb,
    "enable_adb": AndroidPhone.enable_adb, "disable_adb": AndroidPhone.disable_adb,
    "revoke_adb": AndroidPhone.revoke_adb, "erase_in_settings": AndroidPhone.erase_in_settings,
    "wipe_in_recovery": AndroidPhone.wipe_in_recovery, "reboot_system": AndroidPhone.reboot_system,
    "power_off": AndroidPhone.power_off, "power_on": AndroidPhone.power_on,
    "add_account": AndroidPhone.add_account, "remove_accounts": AndroidPhone.remove_accounts,
    "remove_sim": AndroidPhone.remove_sim, "insert_sim": AndroidPhone.insert_sim,
    "remove_sd": AndroidPhone.remove_sd, "connect_wifi": AndroidPhone.connect_wifi,
    "finish_setup": AndroidPhone.finish_setup, "set_lock_screen": AndroidPhone.set_lock_screen,
    "remove_lock_screen": AndroidPhone.remove_lock_screen, "charge": AndroidPhone.charge,
}
"""What a person can do, by name."""
