# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual Android phone as a bench meets it: what USB shows, what adb opens, what a person can press."""

import re

from virtual_phones.android import foyer, rescue
from virtual_phones.android.behaviour import LIMITS, MISBEHAVIOURS, VARIATIONS
from virtual_phones.android.body import AndroidBody
from virtual_phones.android.inputs import Listening
from virtual_phones.android.people import ACTIONS
from virtual_phones.phone import (
    ACM_INTERFACES,
    ADB_INTERFACE,
    FASTBOOT_INTERFACE,
    MTP_INTERFACE,
    Fed,
    Interface,
    Live,
    ServiceReply,
    UsbView,
    section,
)
from virtual_phones.shell.fed import FedLine, fed_line
from virtual_phones.shell.shell import Shell
from virtual_phones.storage.stored import Part, cut_to, length_of

__all__ = ["ACTIONS", "LIMITS", "MISBEHAVIOURS", "VARIATIONS", "AndroidPhone"]

LATE_S = 900.0
_TELLS_NUMBER = re.compile(r"echo ([a-z]+=)\$\$; exec (getevent -[lt]+)")


class AndroidPhone(AndroidBody):
    """A virtual Android phone.

    `condition`: "used" (a seller's phone, set up, signed in, debugging off), "signed_in" (the same, debugging
    on), "debugging" (debugging on, accounts removed, as a seller hands it over), "reset" (reset once before
    the story, in its set-up screen) or "fastboot" (a seller's phone that somebody has started into its boot
    loader), "sideload" or "rescue" (the same into recovery). `seed` chooses the owner and every random thing.
    Raises: ValueError for an unknown condition, misbehaviour or variation.
    """

    # -- time, bus, people ---------------------------------------------------------------------

    def is_on_bus(self) -> bool:
        """See VirtualPhone."""
        return self.on_bus

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
        elif self.mode in ("recovery", *rescue.MODES):
            product, interfaces = "product_recovery", (ADB_INTERFACE,) if adb else ()
        elif adb:
            product, interfaces = "product_adb", (MTP_INTERFACE, ADB_INTERFACE)
        if self.mode == "system" and usb.get("modem"):
            interfaces = (*interfaces, *ACM_INTERFACES)
        shown = (product, self.system.serial_shown()[:126], interfaces)
        if shown not in self.views:
            self.views[shown] = UsbView(
                vendor_id=int(str(usb.get("vendor_id", 0x18D1))),
                product_id=int(str(usb.get(product, 0x4EE0))),
                iserial=shown[1],
                manufacturer=str(usb.get("manufacturer", "")),
                product=str(usb.get("product", "")),
                interfaces=interfaces,
            )
        return self.views[shown]

    def press(self, action: str, now_s: float) -> None:
        """See VirtualPhone. The actions are the names in `ACTIONS`."""
        self.tick(now_s)
        act = ACTIONS.get(action)
        if act is None:
            raise ValueError(f"android: nobody can {action}")
        act(self)

    def screen(self) -> str:
        """See VirtualPhone. Every version asks for the owner while the persistent data block holds their handle, also
        those whose shell does not tell of it.
        """
        if self.mode == "recovery":
            return self.menu or "recovery"
        if self.system.setting("secure", "user_setup_complete") == "1":
            return "set_up"
        return "owner_wanted" if self.lives.hardware.frp_handle else "new"

    def truth(self) -> dict[str, object]:
        """See VirtualPhone."""
        return {
            "serial": self.serial,
            "answers_as": self.lives.hardware.serial,
            "erased": self.lives.erased(),
            "left": self.lives.left(),
            "resets": self.lives.resets,
            "mode": self.mode,
            "adb": self.adb_mode(),
            "accounts": len(self.lives.data.accounts),
            "frp": bool(self.lives.hardware.frp_handle),
            "system_image": self.lives.hardware.system_image,
        }

    def secrets(self) -> dict[str, str]:
        """See VirtualPhone."""
        owner = self.lives.owner
        return {
            "name": owner.name,
            "device_name": owner.device_name,
            "account": owner.account,
            "second_account": owner.second_account,
            "phone_number": owner.phone_number,
            "iccid": owner.iccid,
            "imsi": owner.imsi,
            "wifi": owner.wifi,
            "hostname": owner.hostname,
            "photo": owner.photo,
        }

    # -- adb -------------------------------------------------------------------------------------

    def knows_key(self, fingerprint: str) -> bool:
        """Has a person accepted the key?"""
        return fingerprint in self.keys

    def offer_key(self, fingerprint: str, now_s: float, comment: str = "") -> None:
        """A host sent its public key: a dialog opens, which `accept_adb` or `deny_adb` answers."""
        self.tick(now_s)
        if not self.knows_key(fingerprint) and (self.offered is None or self.offered[0] != fingerprint):
            self.offered = (fingerprint, comment, self.now_s + self.timing.dialog_s)
            if self.is_walked:
                self.accept_key(fingerprint, comment or "bench@bench")

    def accepts(self, service: str) -> bool:
        """Would adbd open this service in its present mode, for an authorised host?"""
        mode = self.adb_mode()
        if mode == "foyer":
            return foyer.SERVICE.fullmatch(service) is not None
        if mode in rescue.MODES:
            return rescue.accepts(self, service)
        if mode == "recovery":
            return service.startswith("reboot:")
        return mode == "device" and service.startswith(("shell", "exec:", "sync:", "reboot:", "remount:", "reverse:"))

    def feed(self, service: str, *, now_s: float) -> Fed | None:
        """Open a service that takes its input as it comes (`shell/fed.py`); None = ask `run`."""
        self.tick(now_s)
        self.lives.tray.look()
        kind, _, line = service.partition(":")
        if not self.accepts(service) or kind.split(",")[0] not in ("shell", "exec"):
            return None
        fed = fed_line(Shell(self.system), line)
        return None if fed is None else FedService(fed, LATE_S if "late_answers" in self.misbehaviour else 0.0)

    def follow(self, service: str, *, now_s: float) -> Live | None:
        """Open a line that tells of what happens (`getevent` without -p, also as the last of a line that first tells
        its number); None = it is run whole.
        """
        self.tick(now_s)
        kind, _, line = service.partition(":")
        telling = _TELLS_NUMBER.fullmatch(line)
        words = (telling[2] if telling else line).split()
        if words[:1] != ["getevent"] or not set(words[1:]) <= {"-lt", "-l", "-t", "-tl"} or not self.accepts(service):
            return None
        if kind.split(",")[0] not in ("shell", "exec") or "getevent" not in self.system.tools:
            return None
        number = self.system.begin_listening()
        return Listening(self.system.inputs, self.now_s, before=f"{telling[1]}{number}\n" if telling else "")

    def run(self, service: str, stdin: bytes = b"", *, now_s: float, in_pieces: bool = False) -> ServiceReply | None:
        """Run one service whole; None = closed. `sync:` is not run here: it works on `files`.

        `in_pieces`: what comes from the storage is left there until the transport asks for it.
        """
        self.tick(now_s)
        self.lives.tray.look()
        kind, _, line = service.partition(":")
        if not self.accepts(service) or kind == "sync":
            return None
        if self.mode in rescue.MODES:
            return rescue.run(self, service)
        if kind == "reboot":
            self.reboot(line)
            return ServiceReply()
        if kind == "reverse":  # on the wire adbd itself answers; here nobody comes to the port
            return ServiceReply(stdout=b"OKAY")
        if kind == "remount":
            return ServiceReply(stdout=b"remount failed\n")
        merged = "v2" not in kind.split(",")
        result = Shell(self.system).run(
            line or stdin.decode("utf-8", "surrogateescape"), stdin if line else b"", merged=merged
        )
        delay_s = result.delay_s + (LATE_S if "late_answers" in self.misbehaviour else 0.0)
        if in_pieces and any(isinstance(piece, Part) for piece in result.pieces):
            pieces = self._half(result.pieces) if "half_answers" in self.misbehaviour else result.pieces
            return ServiceReply(stderr=result.stderr, exit_code=result.exit_code, delay_s=delay_s, pieces=pieces)
        return ServiceReply(
            stdout=self._as_sent(result.stdout), stderr=result.stderr, exit_code=result.exit_code, delay_s=delay_s
        )

    def _half(self, pieces: tuple[bytes | Part, ...]) -> tuple[bytes | Part, ...]:
        return cut_to(pieces, length_of(pieces) // 2)

    def _as_sent(self, data: bytes) -> bytes:
        if "half_answers" in self.misbehaviour and len(data) > 64:
            data = data[: len(data) // 2]
        return data.replace(b"\n", b"\r\n") if "crlf_output" in self.variation else data

    def banner(self) -> str:
        """What adbd says of itself in CNXN, without features: `device::ro.product.name=…;`."""
        if self.mode in ("recovery", *rescue.MODES):
            return f"{self.mode}::"
        found = self.system.properties()
        names = ("ro.product.name", "ro.product.model", "ro.product.device")
        return "device::" + "".join(f"{name}={found.get(name, '')[:200]};" for name in names)


class FedService:
    """A line that is fed, as a service (`phone.Fed`)."""

    def __init__(self, line: FedLine, late_s: float) -> None:
        self._line = line
        self._late_s = late_s

    @property
    def ended(self) -> bool:
        """See Fed."""
        return self._line.ended

    def feed(self, data: bytes) -> None:
        """See Fed."""
        self._line.feed(data)

    def finish(self) -> ServiceReply:
        """See Fed."""
        result = self._line.finish()
        return ServiceReply(stderr=result.stderr, exit_code=result.exit_code, delay_s=result.delay_s + self._late_s)
