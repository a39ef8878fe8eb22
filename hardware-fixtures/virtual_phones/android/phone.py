# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual Android phone as a bench meets it: what USB shows, what adb opens, what a person can press."""

from virtual_phones.android import foyer
from virtual_phones.android.behaviour import LIMITS, MISBEHAVIOURS, VARIATIONS
from virtual_phones.android.body import AndroidBody
from virtual_phones.android.people import ACTIONS
from virtual_phones.phone import (
    ADB_INTERFACE,
    FASTBOOT_INTERFACE,
    MTP_INTERFACE,
    Interface,
    ServiceReply,
    UsbView,
    section,
)
from virtual_phones.shell.shell import Shell

__all__ = ["ACTIONS", "LIMITS", "MISBEHAVIOURS", "VARIATIONS", "AndroidPhone"]

LATE_S = 900.0


class AndroidPhone(AndroidBody):
    """A virtual Android phone.

    `condition`: "used" (a seller's phone, set up, signed in, debugging off), "signed_in" (the same, debugging
    on), "debugging" (debugging on, accounts removed, as a seller hands it over) or "reset" (reset once before
    the story, in its set-up screen). `seed` chooses the owner and every random thing.
    Raises: ValueError for an unknown condition, misbehaviour or variation.
    """

    # -- time, bus, people ---------------------------------------------------------------------

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
            vendor_id=int(str(usb.get("vendor_id", 0x18D1))),
            product_id=int(str(usb.get(product, 0x4EE0))),
            iserial=serial[:126],
            manufacturer=str(usb.get("manufacturer", "")),
            product=str(usb.get("product", "")),
            interfaces=interfaces,
        )

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
            self.reboot(line)
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
            data = data[: len(data) // 2]
        return data.replace(b"\n", b"\r\n") if "crlf_output" in self.variation else data

    def banner(self) -> str:
        """What adbd says of itself in CNXN, without features: `device::ro.product.name=…;`."""
        if self.mode in ("recovery", "sideload"):
            return f"{self.mode}::"
        found = self.system.properties()
        names = ("ro.product.name", "ro.product.model", "ro.product.device")
        return "device::" + "".join(f"{name}={found.get(name, '')[:200]};" for name in names)
