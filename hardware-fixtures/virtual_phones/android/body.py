# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of a virtual Android: modes, reboots and erases over virtual time, without USB or adb services."""

from collections.abc import Callable, Iterable, Mapping

from virtual_phones.android import foyer, rescue
from virtual_phones.android.behaviour import (
    FASTBOOT_VARIATIONS,
    LIMITS,
    MISBEHAVIOURS,
    MISBEHAVIOURS_IN_FASTBOOT,
    MISBEHAVIOURS_IN_RECOVERY,
    MISBEHAVIOURS_IN_RESCUE,
    STORAGE_MISBEHAVIOURS,
    VARIATIONS,
)
from virtual_phones.android.card import CARD_MISBEHAVIOURS
from virtual_phones.android.cell import CELL_FAULTS, CELL_VARIATIONS
from virtual_phones.android.data import EPOCH_AT_ZERO, Hardware
from virtual_phones.android.inputs import INPUT_FAULTS, INPUT_VARIATIONS
from virtual_phones.android.lives import AndroidLives
from virtual_phones.android.system import AndroidSystem
from virtual_phones.android.tools import android_tools
from virtual_phones.phone import Agenda, Interface, Timing, UsbView, VirtualPhone, section
from virtual_phones.shell.filetree import FileTree

CONDITIONS = ("used", "signed_in", "debugging", "reset", "fastboot", "sideload", "rescue")
SELLERS_KEY = "00" * 16


class AndroidBody(VirtualPhone):
    """What an Android phone is and lives through. See AndroidPhone for the arguments."""

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
        known = {*MISBEHAVIOURS, *MISBEHAVIOURS_IN_FASTBOOT, *MISBEHAVIOURS_IN_RESCUE, *MISBEHAVIOURS_IN_RECOVERY}
        known |= {*STORAGE_MISBEHAVIOURS, *CARD_MISBEHAVIOURS}
        unknown = self.misbehaviour - known
        unknown |= self.variation - {
            *VARIATIONS,
            *LIMITS,
            *FASTBOOT_VARIATIONS,
            *INPUT_FAULTS,
            *INPUT_VARIATIONS,
            *CELL_FAULTS,
            *CELL_VARIATIONS,
        }
        if unknown or condition not in CONDITIONS:
            raise ValueError(f"android: unknown {', '.join(sorted(unknown)) or condition}")
        self.neighbour_serial = neighbour_serial or serial[:-1] + ("0" if serial[-1:] != "0" else "1")
        self.now_s = 0.0
        self.views: dict[tuple[str, str, tuple[Interface, ...]], UsbView] = {}
        """How it has shown itself on USB: product, serial number, interfaces; it is asked for each packet."""
        self.generation = 0
        """Counts restarts of adbd: connections made under an older number are dead."""
        self.offered: tuple[str, str, float] | None = None
        self.mode = "system"
        """off, system, recovery, sideload, rescue, fastboot or restarting (adbd on its way down or up)."""
        self.agenda = Agenda()
        battery = int(str(section(model, "battery").get("level", 80)))
        self.lives = AndroidLives(
            model,
            Hardware(
                serial=serial,
                imeis=imeis,
                battery_level=7 if "battery_low" in self.misbehaviour else battery,
                sim_inserted="sim_inserted" in self.misbehaviour,
                sd_inserted="sd_inserted" in self.misbehaviour,
            ),
            misbehaviour=self.misbehaviour,
            variation=self.variation,
            seed=seed,
            epoch_at_zero=int(epoch_at_zero),
        )
        self.system = AndroidSystem(self.lives, reboot=self.reboot, harness=self._harness, evaluate=self._evaluate)
        self.system.ready_in_s = self._ready_in_s
        self.system.tools = android_tools(self.system)
        self._ready_at_s = 0.0
        self.harness_keys: dict[str, str] | None = None
        self.menu = ""
        """What its recovery menu shows to whoever looks: recovery_wiped, recovery_refused, or nothing yet."""
        self._start_reason = "reboot,userrequested"
        self.is_walked = False
        """A person stays with it, to walk its set-up and to switch debugging on as soon as that can be done."""
        self._settle(condition)

    def _settle(self, condition: str) -> None:
        """Bring the phone into the condition the story begins with."""
        if condition in ("fastboot", *rescue.MODES):
            self.mode = condition
        lives, data = self.lives, self.lives.data
        if condition in ("debugging", "signed_in"):
            data.settings["global"] |= {"adb_enabled": "1", "development_settings_enabled": "1"}
            self.system.wifi_connected = True
        if condition == "debugging":
            data.accounts = []
        data.lock_screen = "lock_screen" in self.misbehaviour
        data.device_owner = "com.example.mdm/.AdminReceiver" if "device_owner" in self.misbehaviour else ""
        data.restrictions = ["no_factory_reset"] if "reset_forbidden" in self.misbehaviour else []
        if "frp_armed" in self.misbehaviour or condition in ("used", "signed_in", "fastboot", *rescue.MODES):
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

    # -- time ------------------------------------------------------------------------------------

    def tick(self, now_s: float) -> None:
        """See VirtualPhone."""
        while (due_s := self.agenda.next_s()) is not None and due_s <= now_s:
            self._at(due_s)
            self.agenda.run(due_s)
        if now_s > self.now_s:
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

    @property
    def files(self) -> FileTree:
        """The file tree, for sync; the shell user is `filetree.SHELL`."""
        return self.lives.files

    @property
    def keys(self) -> dict[str, str]:
        """Authorised adb keys: fingerprint → user@host."""
        return self.lives.data.keys

    def adb_mode(self) -> str:
        """none, device, unauthorized, foyer, recovery, sideload or rescue."""
        if self.mode == "recovery":
            return "recovery" if "unlocked_bootloader" in self.variation else "none"
        if self.mode in rescue.MODES:
            return self.mode
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

    def accept_key(self, fingerprint: str, comment: str = "bench@bench") -> None:
        """The person said yes, always."""
        self.keys[fingerprint] = comment
        self.offered = None

    # -- going down --------------------------------------------------------------------------------

    def reboot(self, target: str) -> None:
        """The system was asked to reboot; it leaves the bus a little later."""
        modes = {
            "recovery": "recovery",
            "bootloader": "fastboot",
            "fastboot": "fastboot",
            "sideload": "sideload",
            "sideload-auto-reboot": "sideload",
            "shutdown": "off",
        }
        if self.mode == "off":
            return
        if target in modes and modes[target] != "off":
            self.leave(self.timing.absent_s, lambda now_s: self.arrive_in(modes[target], now_s))
        elif target == "shutdown":
            self.leave(0.0, None)
        elif self.lives.hardware.wipe_mark:
            self.wipe_at_boot(trusted=False)
        elif "restart_faked" in self.misbehaviour:
            self.leave(self.timing.absent_s, lambda _: self._arrive("system"))
        else:
            # Whatever reason is asked for becomes bootstat's [AOSP adbd reboot_service, init, bootstat, read].
            self.leave(self.timing.absent_s, lambda now_s: self.boot(f"reboot,{target or 'userrequested'}", now_s))

    def leave(self, away_s: float, then: Callable[[float], None] | None) -> None:
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

    def wipe_at_boot(self, *, trusted: bool) -> None:
        """Reboot through recovery with a wipe, as far as this phone does it."""
        lies = self.misbehaviour
        away_s = self.timing.wipe_s
        if "says_done_stays" in lies:
            return
        if "reboots_without_wipe" in lies:
            away_s = self.timing.absent_s
        if "never_returns" in lies:
            self.leave(0.0, None)
        elif "returns_into_recovery" in lies:
            self.leave(self.timing.absent_s, lambda _: self._arrive("recovery"))
        else:
            self.leave(away_s, lambda now_s: self._after_recovery(now_s, trusted=trusted))

    def walk_to_recovery(self) -> None:
        """A person starts its recovery menu by its keys and chooses the wipe there; the menu stays open."""
        lies = self.misbehaviour
        if self.mode != "system" or "says_done_stays" in lies:
            return
        self.harness_keys, self.is_walked = None, False
        self.leave(self.timing.absent_s, None if "never_returns" in lies else self._wipe_in_menu)

    def _wipe_in_menu(self, now_s: float) -> None:
        self._at(now_s)
        self._arrive("recovery")
        if self.misbehaviour & {"returns_into_recovery", "battery_low", "recovery_asks_for_password"}:
            self.menu = "recovery_refused"
            return
        self.menu = "recovery_wiped"
        self._start_reason = self._wipe_as_it_does(trusted=False)

    def restart_from_menu(self) -> None:
        """Reboot system now."""
        if self.mode != "recovery" or "returns_into_recovery" in self.misbehaviour:
            return
        self.menu = ""
        self.leave(self.timing.absent_s, lambda now_s: self._start_after_wipe(self._start_reason, now_s))

    def _after_recovery(self, now_s: float, *, trusted: bool) -> None:
        self._start_after_wipe(self._wipe_as_it_does(trusted=trusted), now_s)

    def _wipe_as_it_does(self, *, trusted: bool) -> str:
        """The wipe, as far as this phone does it; the reason of the start that follows."""
        lies, reason = self.misbehaviour, "reboot,adb"
        if lies & {"says_done_keeps_data", "reboots_without_wipe", "staged_foyer", "battery_low"}:
            self.harness_keys = None
            self.lives.hardware.wipe_mark = False
        elif lies & {"user_forged", "user_forged_closed"}:
            self.harness_keys = None
            self.lives.hardware.wipe_mark = False
            self.lives.forge()
            if "user_forged_closed" in lies:
                self.lives.close()
        elif "restart_called_factory_reset" in lies:
            is_open, self.harness_keys = self.harness_keys is not None, None
            self.lives.hardware.wipe_mark = False
            self.lives.forge_restart()
            if not is_open:
                self.lives.close()
            reason = "reboot,factory_reset"
        elif "boots_other_image" in lies:
            self.lives.boot_other_image()
        else:
            self.lives.wipe(trusted=trusted)
            if "returns_with_other_serial" in lies:
                self.lives.hardware.serial = self.neighbour_serial
            if "returns_with_other_imei" in lies:
                self.lives.hardware.imeis = tuple(next_imei(imei) for imei in self.lives.hardware.imeis)
            if "imeis_change_places" in self.variation:
                self.lives.hardware.imeis = self.lives.hardware.imeis[::-1]
        return reason

    def _start_after_wipe(self, reason: str, now_s: float) -> None:
        if "double_reboot" in self.variation:
            self._arrive("booting")
            self.agenda.at(now_s + self.timing.boot_s / 2, lambda _: self._arrive("off"))
            again_s = now_s + self.timing.boot_s / 2 + self.timing.absent_s
            self.agenda.at(again_s, lambda later_s: self.boot(reason, later_s))
        else:
            self.boot(reason, now_s)

    # -- coming up ---------------------------------------------------------------------------------

    def _arrive(self, mode: str) -> None:
        self.generation += 1
        self.mode = mode

    def arrive_in(self, mode: str, now_s: float) -> None:
        """Something else than Android starts."""
        self._arrive(mode)
        if mode in rescue.MODES:
            self._at(now_s)
            rescue.wait_on(self)

    def boot(self, reason: str, now_s: float) -> None:
        """Android starts: on the bus at once, services answer after `boot_s`."""
        slow = 3.0 if "slow_boot" in self.variation else 1.0
        self._arrive("system")
        self.system.ready = False
        self.system.volatile.clear()
        self.lives.boot_reason = reason
        self.lives.start_kernel(now_s)
        self._ready_at_s = now_s + self.timing.boot_s * slow
        self.agenda.at(self._ready_at_s, self._booted)

    def _booted(self, now_s: float) -> None:
        self.system.ready = True
        self.lives.complete_boot()
        if self.harness_keys is not None:
            self.lives.set_up_harness(self.harness_keys)
            self.harness_keys = None
            self.generation += 1
        if foyer.start(self.system):
            self.generation += 1
        if "account_added" in self.misbehaviour and self.lives.resets:
            self.sign_in()
        self.walk()

    def _ready_in_s(self) -> float:
        return max(0.0, self._ready_at_s - self.now_s) if not self.system.ready else 0.0

    # -- erasing -----------------------------------------------------------------------------------

    def _harness(self) -> None:
        """Test harness: rc 0 is said before the reset begins; keys go into the persistent data block."""
        self.harness_keys = dict(self.keys)
        if "no_factory_reset" in self.lives.data.restrictions:
            self.harness_keys = None
            return
        self.wipe_at_boot(trusted=False)

    def _evaluate(self) -> None:
        """Adbd restarts as an ordinary adbd without authorisation, a moment after the answer has left."""
        down_s = self.now_s + self.timing.ready_s / 3
        self.agenda.at(down_s, lambda _: self._arrive("restarting"))
        self.agenda.at(self.now_s + self.timing.ready_s, lambda _: self._arrive("system"))

    # -- people ------------------------------------------------------------------------------------

    def finish_setup(self) -> None:
        """Somebody taps through the set-up wizard, which ends the foyer; not past a former owner's lock."""
        if self.mode == "system" and self.system.ready:
            self.stop_foyer()
            self.lives.data.settings["global"]["device_provisioned"] = "1"
            self.lives.data.settings["secure"]["user_setup_complete"] = "1"

    def enable_adb(self) -> None:
        """USB debugging, on."""
        self.lives.data.settings["global"] |= {"adb_enabled": "1", "development_settings_enabled": "1"}
        self.generation += 1

    def walk(self) -> None:
        """What the person who stays with it can do now."""
        can_be_walked = self.mode == "system" and self.system.ready and not self.lives.hardware.frp_active
        if not (self.is_walked and can_be_walked):
            return
        self.finish_setup()
        if "debugging_never_on" not in self.misbehaviour and self.system.setting("global", "adb_enabled") != "1":
            self.enable_adb()

    def sign_in(self) -> None:
        """Somebody adds an account; the foyer ends."""
        self.lives.data.accounts = [(self.lives.owner.account, "com.google")]
        self.stop_foyer()

    def stop_foyer(self) -> None:
        """A network, an account or a finished set-up ends trade-in mode, if it was in the foyer."""
        if foyer.stop(self.system):
            self.generation += 1


def next_imei(imei: str) -> str:
    """Another IMEI of the same model, with a correct check digit."""
    body = f"{(int(imei[:14]) + 7_919) % 10**14:014d}"
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(body))
    total = sum(value // 10 + value % 10 for value in doubled)
    return body + str(-total % 10)
