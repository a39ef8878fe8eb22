# SPDX-License-Identifier: GPL-3.0-or-later
"""The running system of a virtual Android: its properties, services and the tools its shell finds."""

from collections.abc import Callable, Mapping

from virtual_phones.android.inputs import Inputs
from virtual_phones.android.lives import HARNESS, HISTORY, TRADE_IN, AndroidLives
from virtual_phones.android.versions import form_of
from virtual_phones.phone import section
from virtual_phones.shell.filetree import FileTree
from virtual_phones.shell.streams import Call, Tool

HOSTILE = (
    "EVIL\n[ro.serialno]: [FAKE0001]",
    "a\x1b[2J\x1b]0;pwned\x07b",
    "abc\u202e321\u2066x",
    "a;reboot;b:c=d",
    "\udcff\udcfe\udc80broken",
    "x" * 1_000_000,
    "<script>alert(1)</script>'\"",
    "tab\tdevice\r\nFAKE",
)
SETTABLE = ("debug.", "log.tag", "persist.log.tag", "sys.usb.", "persist.traced.", "persist.debug.")
"""Property prefixes the shell may set (SELinux property_contexts, a part)."""

SYSTEMS_OWN = ("gsid.", "ro.gsid.", "persist.adb.tradeinmode", "ro.oem_unlock_supported")
"""Property prefixes an ordinary build's shell reads as empty (`versions.FORMS`)."""


class AndroidSystem:
    """What stands behind the shell. `reboot` and `harness` are the phone's: they take it off the bus."""

    def __init__(
        self,
        lives: AndroidLives,
        *,
        reboot: Callable[[str], None],
        harness: Callable[[], None],
        evaluate: Callable[[], None],
    ) -> None:
        self.lives = lives
        self.model: Mapping[str, object] = lives.model
        self.reboot = reboot
        self.harness = harness
        self.evaluate = evaluate
        self.slept_s = 0.0
        """For which the line that asks has slept."""
        self.ready = True
        """The boot is completed: services answer."""
        self.ready_in_s: Callable[[], float] = lambda: 0.0
        self.volatile: dict[str, str] = {}
        self.wifi_connected = False
        self.opened: list[str] = []
        """Addresses that `am start` has opened in the browser, the latest last; at most 100."""
        self.getprops = 0
        self._properties: Mapping[str, str] = {}
        self._properties_of: object = None
        """What they were told by, for a script asks for dozens, one by one."""
        self._built = {name: str(value) for name, value in section(lives.model, "properties").items()}
        self.environment: Mapping[str, str] = {
            "PATH": "/product/bin:/apex/com.android.runtime/bin:/system/bin:/vendor/bin",
            "HOME": "/",
            "SHELL": "/bin/sh",
            "USER": "shell",
            "LOGNAME": "shell",
            "HOSTNAME": str(self.product("device")),
            "TERM": "dumb",
            "TMPDIR": "/data/local/tmp",
            "ANDROID_DATA": "/data",
            "ANDROID_ROOT": "/system",
            "EXTERNAL_STORAGE": "/sdcard",
        }
        self.tools: Mapping[str, Tool] = {}
        self._inputs: Inputs | None = None
        self.running: set[int] = set()
        """Numbers of the processes that listen: each stays until it is killed, for adbd does not end it with its stream
        [read: AOSP daemon/shell_service.cpp; unconfirmed]."""
        self._next_process = 9000

    @property
    def inputs(self) -> Inputs:
        """What hands do to it; made when somebody first looks, for most phones are never touched."""
        if self._inputs is None:
            variation = frozenset(self.lives.variation)
            self._inputs = Inputs(self.model, variation=variation, owner=self.lives.owner.name, seed=self.lives.seed)
        return self._inputs

    def begin_listening(self) -> int:
        """The number of a new process that listens for input events."""
        number, self._next_process = self._next_process, self._next_process + 1
        self.running.add(number)
        self.lives.files.put(f"/proc/{number}/cmdline", b"getevent\0-lt\0", mode=0o444)
        return number

    def end_process(self, number: int) -> bool:
        """Kill it. False when the shell has no such process."""
        if number not in self.running:
            return False
        self.running.remove(number)
        self.lives.files.remove(f"/proc/{number}", recursive=True)
        return True

    def put_inputs(self, inputs: Inputs) -> None:
        """From now on these are its keys, screen and sensors."""
        self._inputs = inputs

    @property
    def files(self) -> FileTree:
        """The file tree of the present life."""
        return self.lives.files

    def epoch(self) -> int:
        """The phone's clock."""
        return self.lives.epoch()

    def product(self, name: str) -> str:
        """A word of the model's [product] table."""
        return str(section(self.model, "product").get(name, ""))

    def sdk(self) -> int:
        """API level."""
        return int(str(self.model.get("sdk", 30)))

    def form(self, command: str) -> str:
        """The form of an answer in this Android (`versions.FORMS`)."""
        return form_of(command, self.sdk())

    def user_flags(self, index: int) -> str:
        """Flags of a user, in hex as UserInfo.toString prints them; the second and later are no owners."""
        flags = int(self.form("UserInfo"), 16)
        return f"{flags if not index else flags & 0x410:x}"

    def has(self, what: str) -> bool:
        """Does this phone misbehave or vary so?"""
        return what in self.lives.misbehaviour or what in self.lives.variation

    def trade_in(self) -> str:
        """persist.adb.tradeinmode: "" or 0 unset, 1 foyer, 2 evaluation, -1 stopped."""
        return self.lives.data.properties.get(TRADE_IN, "")

    def setting(self, table: str, name: str) -> str:
        """A setting, "" when unset."""
        return self.lives.data.settings[table].get(name, "")

    # -- properties ------------------------------------------------------------------------

    def properties(self) -> Mapping[str, str]:
        """All properties as they are now."""
        lives, hardware = self.lives, self.lives.hardware
        now = (
            (hardware.serial, hardware.sim_inserted, hardware.system_image, lives.boot_reason, self.ready),
            (lives.misbehaviour, lives.variation),
            dict(self.volatile),
            dict(lives.data.properties),
        )
        if now != self._properties_of:
            self._properties, self._properties_of = self._properties_now(), now
        return self._properties

    def _properties_now(self) -> dict[str, str]:
        hardware = self.lives.hardware
        found = dict(self._built)
        unlocked = self.has("unlocked_bootloader")
        found |= {
            "ro.serialno": hardware.serial,
            "ro.boot.serialno": hardware.serial,
            "ro.boot.verifiedbootstate": "orange" if unlocked else "green",
            "ro.boot.flash.locked": "0" if unlocked else "1",
            "ro.boot.vbmeta.device_state": "unlocked" if unlocked else "locked",
            "ro.boot.bootreason": "reboot",
            "sys.boot.reason": self.lives.boot_reason,
            "init.svc.adbd": "running",
            "init.svc.bootanim": "stopped" if self.ready else "running",
            "sys.usb.state": "mtp,adb",
            "sys.usb.config": "mtp,adb",
            "vold.decrypt": "",
            "gsm.sim.state": "LOADED,ABSENT" if hardware.sim_inserted else "ABSENT,NOT_READY",
            "gsm.sim.operator.alpha": "CMCC," if hardware.sim_inserted else ",",
            "gsm.network.type": "Unknown,Unknown",
            "ro.gsid.image_running": "1" if hardware.system_image else "0",
        }
        if hardware.system_image:
            found |= {
                "gsid.image_installed": "1",
                "ro.build.fingerprint": f"google/gsi_gms_arm64/gsi_arm64:{found.get('ro.build.version.release')}"
                "/GSI1.240905.001/12345678:user/release-keys",
            }
        found |= self.volatile | self.lives.data.properties
        if HISTORY in found and (self.form("boot.reason.history") == "absent" or self.has("no_boot_history")):
            del found[HISTORY]
        if self.ready:
            found |= {"sys.boot_completed": "1", "dev.bootcomplete": "1"}
        if self.has("hostile_strings"):
            text = self._hostile()
            for name in ("ro.serialno", "ro.product.model", "ro.build.fingerprint", "ro.product.manufacturer"):
                found[name] = text
            found["ro.build.display.id"] = HOSTILE[(self.lives.draw_once + 4) % len(HOSTILE)]
        return found

    def _hostile(self) -> str:
        return HOSTILE[self.lives.draw_once % len(HOSTILE)]

    def serial_shown(self) -> str:
        """ro.serialno, which USB shows too."""
        return self._hostile() if self.has("hostile_strings") else self.lives.hardware.serial

    def shell_property(self, name: str) -> str:
        """One of `shell_properties`, "" when it is not there."""
        return "" if name.startswith(self._hidden()) else self.properties().get(name, "")

    def _hidden(self) -> tuple[str, ...]:
        return (*SYSTEMS_OWN, HARNESS) if self.has("no_harness_property") else SYSTEMS_OWN

    def shell_properties(self) -> dict[str, str]:
        """What of them the shell may read: not those of the system alone."""
        hidden = self._hidden()
        return {name: value for name, value in self.properties().items() if not name.startswith(hidden)}

    def set_property(self, name: str, value: str) -> bool:
        """As the shell user; False when SELinux refuses."""
        if not name.startswith(SETTABLE) or len(name) > 256 or (len(value) > 91 and not name.startswith("ro.")):
            return False
        self.volatile[name] = value
        return True

    def prints_properties(self) -> bool:
        """Does this getprop print anything? Some print nothing at random (seen by google/mobly)."""
        self.getprops += 1
        if "empty_getprop" in self.lives.misbehaviour:
            return False
        return not ("getprop_empty_once" in self.lives.variation and self.getprops == 1 + self.lives.draw_once % 3)

    def serves(self, call: Call, service: str) -> bool:
        """Is a Java service up? Says so on stderr when the boot is not completed."""
        if not self.ready:
            call.err.write(f"cmd: Can't find service: {service}\n")
        return self.ready

    def in_harness(self) -> bool:
        """persist.sys.test_harness."""
        return self.lives.data.properties.get(HARNESS) == "1"
