# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual iPhone, sans-IO: lockdown values, trust, services, erase, and a person's fingers.

The wire (`virtual_phones.usbmux.usbmux`) and tests in virtual time use the same methods. Every method that
acts takes `now_s`, or uses the time of the last `tick`. Behaviour after an erase follows
research/ios.md 10.5; what that marks as assumption is assumption here too.
"""

import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from virtual_phones.iphone import values as iphone_values
from virtual_phones.iphone.actions import ACTIONS, SIM_ACTIONS
from virtual_phones.iphone.behaviour import ERASE_REFUSALS, MISBEHAVIOURS, VARIATIONS, check_behaviour
from virtual_phones.iphone.erase import erased_strata
from virtual_phones.iphone.identity import IPhoneIdentity, draw_identity, sibling
from virtual_phones.iphone.key import DeviceKey
from virtual_phones.iphone.log import SystemLog
from virtual_phones.iphone.nvram import OLD_BEGINS, first_nvram, stamped
from virtual_phones.iphone.strata import Strata, TrustedHost, draw_owner, first_strata
from virtual_phones.iphone.trust import AbsentPhone, LockdownRefusal, SilentPhone, TrustDialog
from virtual_phones.iphone.usb_view import BOOT_MODES, boot_view, system_view
from virtual_phones.iphone.versions import form_of
from virtual_phones.phone import Agenda, Timing, UsbView, VirtualPhone, section

if TYPE_CHECKING:
    from virtual_phones.iphone.services.service import Service

__all__ = ["MISBEHAVIOURS", "VARIATIONS", "AbsentPhone", "IPhone", "LockdownRefusal", "SilentPhone"]

EPOCH_AT_ZERO = 1_795_000_000.0
"""What the phone's clock shows at `now_s` 0 (November 2026) unless told otherwise."""
ROUTES = ("mcinstall", "mobilebackup2", "settings")
LOCKED_OUT = frozenset(
    {
        "com.apple.afc",
        "com.apple.crashreportcopymobile",
        "com.apple.crashreportmover",
        "com.apple.mobile.MCInstall",
        "com.apple.mobile.installation_proxy",
        "com.apple.mobilebackup2",
    }
)
"""Services that wait for the passcode."""
SMALL_FILE = 1_000_000
"""A file that large meets a worn place of the storage, if there is one."""


class IPhone(VirtualPhone):
    """One iPhone on a cable.

    `model` is phone.toml of a model folder (`virtual_phones.phone.load_model`). Empty serial, IMEIs and
    ECID are drawn from `seed`. `epoch_at_zero`: the phone's clock at now_s 0.
    """

    platform = "apple"

    def __init__(
        self,
        model: Mapping[str, object],
        *,
        serial: str = "",
        imeis: Sequence[str] = (),
        ecid: int = 0,
        timing: Timing | None = None,
        misbehaviour: Iterable[str] = (),
        variation: Iterable[str] = (),
        seed: int = 0,
        epoch_at_zero: float = EPOCH_AT_ZERO,
    ) -> None:
        self.model = model
        self.misbehaviour, self.variation = frozenset(misbehaviour), frozenset(variation)
        check_behaviour(self.misbehaviour, self.variation)
        self.identity = draw_identity(model, serial=serial, imeis=imeis, ecid=ecid, seed=seed)
        self.serial = self.identity.serial
        self.shown_identity: IPhoneIdentity = self.identity
        self.timing = timing or Timing()
        self.lock = threading.RLock()
        self.key = DeviceKey()
        self.now_s = 0.0
        self._epoch_at_zero = epoch_at_zero - (3 * 86_400 if "clock_off" in self.variation else 0)
        dice = random.Random(f"owner/{self.identity.udid}/{seed}")
        self.owner = draw_owner(dice, hostile_name="hostile_name" in self.variation)
        self.strata = self._first_strata()
        self._lost: Strata | None = None
        self.nvram = first_nvram(
            masked_account=self.owner.masked_account,
            locked=self.activation_locked,
            earlier_erase=None if "no_earlier_stamp" in self.variation else int(epoch_at_zero) - 40_000_000,
            form=self.form("obliteration"),
            lock_type=self.form("fm-locktype") == "present",
        )
        self.sim_inside = False
        self.locked = self.strata.passcode_set
        self.log = SystemLog(self)
        self.dialog = TrustDialog(self.misbehaviour, self.variation)
        self.erases_asked = 0
        self.resets = 0
        self.enumeration = 1
        self.mode = "system"
        """system, recovery or dfu."""
        self._attached = True
        self._agenda = Agenda()

    def _first_strata(self) -> Strata:
        apps = {
            bundle: (str(name), 40_000_000) for bundle, name in section(section(self.model, "apps"), "user").items()
        }
        crashed = "no_crash_reports" not in self.variation
        strata = first_strata(
            self.owner,
            apps,
            system=self._system_apps(),
            crashed=crashed,
            sensor_missing="sensor_panics" in self.variation,
        )
        strata.passcode_set = "passcode_locked" in self.misbehaviour
        return strata

    def _system_apps(self) -> dict[str, str]:
        return {bundle: str(name) for bundle, name in section(section(self.model, "apps"), "system").items()}

    # -- what hangs on the port ------------------------------------------------------------------------

    def tick(self, now_s: float) -> None:
        """Let time pass until `now_s`."""
        with self.lock:
            if now_s > self.now_s:
                self.now_s = now_s
            self._agenda.run(self.now_s)

    def next_event_s(self) -> float | None:
        """When the phone next leaves or returns by itself."""
        with self.lock:
            return self._agenda.next_s()

    def usb(self) -> UsbView | None:
        """PTP and usbmux interfaces under the UDID without hyphen; None while the phone is away."""
        with self.lock:
            if not self._attached:
                return None
            if self.mode in BOOT_MODES:
                return boot_view(self.mode, self.model, serial=self.serial, ecid=self.shown_identity.ecid)
            return system_view(self.shown_identity)

    @property
    def udid(self) -> str:
        """The UDID shown now, with hyphen."""
        return self.shown_identity.udid

    def replugged(self) -> None:
        """The bench pulled the cable and put it back: a new enumeration, a new Trust dialog."""
        with self.lock:
            self.enumeration += 1
            self.dialog.replugged()

    def _leave(self, _now_s: float) -> None:
        self._attached = False

    def _return(self, _now_s: float) -> None:
        self._attached = True
        self.mode = "system"
        self.locked = self.strata.passcode_set
        self.replugged()

    def restart(self, *, now_s: float | None = None) -> None:
        """A plain restart: away for a while, nothing changed."""
        with self.lock:
            at_s = self._now(now_s)
            self._agenda.clear()
            self._leave(at_s)
            self._agenda.at(at_s + self.timing.absent_s, self._return)

    def form(self, answer: str) -> str:
        """The form of an answer in this iOS (`versions.FORMS`)."""
        return form_of(self.model, answer)

    # -- state read by the services --------------------------------------------------------------------

    def clock_epoch(self) -> float:
        """What the phone's own clock shows, Unix seconds."""
        return self._epoch_at_zero + self.now_s

    @property
    def activation_locked(self) -> bool:
        """Find My holds this phone; no erase changes that."""
        return "activation_locked" in self.misbehaviour

    @property
    def supervised(self) -> bool:
        """An organisation manages this phone; no erase changes that."""
        return "supervised" in self.misbehaviour

    def used_bytes(self) -> int:
        """Bytes of the data volume in use."""
        base = section(self.model, "storage").get("used_when_new_bytes", 0)
        apps = sum(app.size for app in self.strata.apps.values() if app.kind == "User")
        files = self.strata.media.size() + self.strata.crashes.size()
        return (base if isinstance(base, int) else 0) + apps + files

    @property
    def files_per_s(self) -> float:
        """Bytes a second that the file service takes and gives, for benches in virtual time."""
        return 900_000.0 if "files_slow" in self.variation else 30_000_000.0

    def given_back(self, content: bytes, *, whole: int, place: int) -> bytes:
        """What is read of a file of `whole` bytes from `place` on: spoilt storage changes a bit of a large one."""
        spoilt = "files_spoilt" in self.variation and whole > SMALL_FILE and place == 0 and content
        return bytes((content[0] ^ 1,)) + content[1:] if spoilt else content

    # -- lockdown --------------------------------------------------------------------------------------

    def get_value(
        self,
        host_id: str | None,
        domain: str | None = None,
        key: str | None = None,
        *,
        now_s: float | None = None,
    ) -> object:
        """GetValue. `host_id` None means without a session. Raises: LockdownRefusal."""
        with self.lock:
            self._now(now_s)
            self.must_answer()
            if host_id is not None:
                self._trusted(host_id)
            return iphone_values.get_value(self, paired=host_id is not None, domain=domain, key=key)

    def set_device_name(self, host_id: str, name: str) -> None:
        """SetValue DeviceName, the one value a host may set here. Raises: LockdownRefusal."""
        with self.lock:
            self.must_answer()
            self._trusted(host_id)
            self.strata.device_name = name

    def pair(self, record: Mapping[str, object], *, now_s: float | None = None) -> bytes:
        """Pair: remember the record's host. Returns the escrow bag.

        Raises: LockdownRefusal InvalidPairRecord, PasswordProtected, PairingDialogResponsePending,
        UserDeniedPairing.
        """
        with self.lock:
            self._now(now_s)
            self.must_answer()
            host_id = record.get("HostID")
            if not isinstance(host_id, str) or not host_id:
                raise LockdownRefusal("InvalidPairRecord")
            if self.locked:
                raise LockdownRefusal("PasswordProtected")
            self.dialog.admit(at_setup=not self.strata.set_up)
            certificates = {name: value for name, value in record.items() if isinstance(value, bytes)}
            self.strata.hosts[host_id] = TrustedHost(
                host_id=host_id, certificates=certificates, data_set=self.strata.number
            )
            return b"escrow/" + host_id.encode()

    def unpair(self, host_id: str) -> None:
        """Forget a host. Raises: LockdownRefusal InvalidHostID."""
        with self.lock:
            self.must_answer()
            self._trusted(host_id)
            del self.strata.hosts[host_id]

    def start_session(self, host_id: str, *, now_s: float | None = None) -> str:
        """StartSession: a session id. Raises: LockdownRefusal InvalidHostID, PasswordProtected."""
        with self.lock:
            self._now(now_s)
            self.must_answer()
            self._trusted(host_id)
            return f"SESSION-{host_id}"

    def start_service(self, host_id: str, name: str, *, now_s: float | None = None) -> None:
        """May this host use that service now? Raises: LockdownRefusal InvalidHostID, InvalidService,
        PasswordProtected.
        """
        from virtual_phones.iphone.services import SERVICES  # noqa: PLC0415 - services import this module's types

        with self.lock:
            self._now(now_s)
            self.must_answer()
            self._trusted(host_id)
            if name not in SERVICES or "services_missing" in self.misbehaviour:
                raise LockdownRefusal("InvalidService")
            if self.locked and name in LOCKED_OUT:
                raise LockdownRefusal("PasswordProtected")

    def service(self, host_id: str, name: str, *, now_s: float | None = None) -> "Service":
        """A new connection to a service, for direct calls. Raises: as start_service."""
        from virtual_phones.iphone.services import SERVICES  # noqa: PLC0415 - as above

        self.start_service(host_id, name, now_s=now_s)
        return SERVICES[name](self)

    def trusted_host(self, host_id: str) -> TrustedHost:
        """The record of a trusted host. Raises: LockdownRefusal InvalidHostID."""
        with self.lock:
            return self._trusted(host_id)

    def _trusted(self, host_id: str) -> TrustedHost:
        host = self.strata.hosts.get(host_id)
        if host is None:
            raise LockdownRefusal("InvalidHostID")
        return host

    def must_answer(self) -> None:
        """Raises: SilentPhone when no answer will ever come, AbsentPhone when there is no link."""
        if "lockdownd_silent" in self.misbehaviour:
            raise SilentPhone
        if not self._attached or self.mode != "system":
            raise AbsentPhone

    # -- erase -----------------------------------------------------------------------------------------

    def erase_refusal(self) -> str:
        """Which of the refusing misbehaviours this phone has, or ""."""
        return next(iter(sorted(ERASE_REFUSALS & self.misbehaviour)), "")

    def erase(self, route: str, *, preserve_data_plan: bool = False, now_s: float | None = None) -> bool:
        """Begin an erase; True if the phone acknowledges before the link drops.

        `preserve_data_plan` keeps the owner's eSIM, as MCInstall offers.

        Raises: ValueError for an unknown route, LockdownRefusal when it refuses.
        """
        if route not in ROUTES:
            raise ValueError(f"no such erase route: {route}")
        with self.lock:
            at_s = self._now(now_s)
            if self.erase_refusal():
                raise LockdownRefusal(self.erase_refusal())
            self.erases_asked += 1
            if "erase_drops_link" in self.misbehaviour:
                return False
            if "erase_lies" in self.misbehaviour:
                self._be_away(at_s, self.timing.absent_s, self._return)
                return True
            self.nvram["oblit-begins"] = OLD_BEGINS + route.encode()
            away_s = self.timing.wipe_s * (3 if "slow_return" in self.variation else 1)
            self._be_away(at_s, away_s, lambda when_s: self._wiped(when_s, route, keep_esim=preserve_data_plan))
            return "erase_acknowledged" in self.variation

    def _be_away(self, at_s: float, seconds: float, then: Callable[[float], None]) -> None:
        """The obliterator takes the phone off USB at the start of the wipe."""
        self._agenda.clear()
        self._leave(at_s)
        if "never_returns" not in self.misbehaviour:
            self._agenda.at(at_s + seconds, then)

    def _wiped(self, when_s: float, route: str, *, keep_esim: bool) -> None:
        """The wipe is over: new strata, new stamp, back on the bus at the set-up screen."""
        before = self.strata
        self.strata = erased_strata(before, self.misbehaviour, system=self._system_apps())
        if keep_esim:
            self.strata.esim = before.esim
        if self.strata.number != before.number:
            self.resets += 1
        if self.strata.hosts.keys() != before.hosts.keys():
            self.key = DeviceKey()  # lockdownd makes a new one together with its new list of hosts
        epoch = int(self._epoch_at_zero + when_s)
        self.nvram = stamped(
            self.nvram,
            epoch=epoch,
            route=route,
            misbehaviour=self.misbehaviour,
            variation=self.variation,
            form=self.form("obliteration"),
        )
        if "returns_as_another" in self.misbehaviour and self._lost is None:
            # The phone that was asked to erase itself is elsewhere, as it was; this one looks perfect.
            self._lost = before
            self.shown_identity = sibling(self.identity, self.model)
            self.key = DeviceKey()
        if "neighbours_serial" in self.misbehaviour:
            self.shown_identity = _with_serial_of(self.shown_identity, sibling(self.identity, self.model))
        if "imeis_change_places" in self.variation:
            self.shown_identity = replace(self.shown_identity, imeis=self.shown_identity.imeis[::-1])
        self._return(when_s)
        if "two_reboots" in self.variation:
            self._agenda.at(when_s + self.timing.boot_s, self._leave)
            self._agenda.at(when_s + self.timing.boot_s + self.timing.absent_s, self._return)

    # -- a person --------------------------------------------------------------------------------------

    def press(self, action: str, now_s: float) -> None:
        """trust, dont_trust, enter_passcode, lock, set_passcode, erase_in_settings, finish_setup,
        insert_sim, remove_sim, press_power, press_volume_up, press_volume_down,
        restart, enter_recovery, enter_dfu. Raises: ValueError for any other.
        """
        with self.lock:
            self.tick(now_s)
            if action not in ACTIONS:
                raise ValueError(f"nothing on an iPhone does: {action}")
            if self._attached or action in SIM_ACTIONS:
                ACTIONS[action](self)

    def press_key(self, key: str) -> None:
        """A key pressed once, and let go."""
        self.log.press(key, self.now_s)

    def major(self) -> int:
        """The first number of its system's version."""
        return int(str(section(self.model, "identity").get("version", "18")).partition(".")[0])

    def boot_into(self, mode: str) -> None:
        """The keys held at a restart: it comes back as iBoot or boot ROM, and stays there until restarted."""
        self.restart()
        self.mode = mode
        self._agenda.clear()
        self._agenda.at(self.now_s + self.timing.absent_s, lambda _: setattr(self, "_attached", True))

    def screen(self) -> str:
        """See VirtualPhone."""
        with self.lock:
            if self.strata.set_up:
                return "set_up"
            return "owner_wanted" if self.activation_locked else "new"

    # -- for tests -------------------------------------------------------------------------------------

    def truth(self) -> dict[str, object]:
        """`serial`, `udid`, `erased`, `left`, `resets`, `erases_asked`, `returned_as` (UDID shown now)."""
        with self.lock:
            left = (self._lost or self.strata).left_of(0)
            return {
                "serial": self.serial,
                "udid": self.identity.udid,
                "erased": not left,
                "left": left,
                "resets": 0 if self._lost else self.resets,
                "erases_asked": self.erases_asked,
                "returned_as": self.shown_identity.udid,
            }

    def secrets(self) -> dict[str, str]:
        """The first owner's name, numbers, network, account and a piece of a photo."""
        return self.owner.as_secrets()

    def _now(self, now_s: float | None) -> float:
        if now_s is not None:
            self.tick(now_s)
        return self.now_s


def _with_serial_of(identity: IPhoneIdentity, other: IPhoneIdentity) -> IPhoneIdentity:
    return replace(identity, serial=other.serial, imeis=other.imeis)
