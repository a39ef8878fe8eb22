# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual Android phone: its modes, its reboots, its erases, and what adb finds in each mode."""

import re
from collections.abc import Iterable, Mapping

from virtual_phones.phone import (
    ADB_INTERFACE,
    MTP_INTERFACE,
    Agenda,
    ServiceReply,
    Timing,
    UsbView,
    VirtualPhone,
    section,
)

MISBEHAVIOURS: dict[str, str] = {}
VARIATIONS: dict[str, str] = {}

FOYER_SERVICE = re.compile(r"shell[^:]*:tradeinmode(\s*|\s[A-Za-z0-9_\-\s]*)")


class AndroidPhone(VirtualPhone):
    """A virtual Android phone.

    `condition`: "used" (a seller's phone, set up, debugging off), "debugging" (the same, debugging on) or
    "reset" (already reset once, in its set-up screen).
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
    ) -> None:
        self.model = model
        self.serial = serial
        self.imeis = imeis
        self.timing = timing or Timing()
        self.misbehaviour = frozenset(misbehaviour)
        self.variation = frozenset(variation)
        self.seed = seed
        self.now_s = 0.0
        self.generation = 0
        """Counts restarts of adbd: connections made under an older number are dead."""
        self.keys: set[str] = set()
        self.offered: str | None = None
        self.on_bus = True
        self._mode = "foyer" if condition == "reset" else "device"
        self.agenda = Agenda()

    def tick(self, now_s: float) -> None:
        """See VirtualPhone."""
        self.agenda.run(now_s)
        self.now_s = max(self.now_s, now_s)

    def next_event_s(self) -> float | None:
        """See VirtualPhone."""
        return self.agenda.next_s()

    def usb(self) -> UsbView | None:
        """See VirtualPhone."""
        if not self.on_bus:
            return None
        usb = section(self.model, "usb")
        return UsbView(
            vendor_id=int(str(usb.get("vendor_id", 0x18D1))), product_id=int(str(usb.get("product_adb", 0x4EE7))),
            iserial=self.serial, manufacturer=str(usb.get("manufacturer", "Google")),
            product=str(usb.get("product", "Pixel")), interfaces=(MTP_INTERFACE, ADB_INTERFACE),
        )

    def press(self, action: str, now_s: float) -> None:
        """See VirtualPhone."""
        self.tick(now_s)
        if action == "accept_adb" and self.offered is not None:
            self.accept_key(self.offered)

    def adb_mode(self) -> str:
        """none, device, unauthorized, foyer, recovery or sideload."""
        if not self.on_bus:
            return "none"
        if self._mode == "device" and not self.keys:
            return "unauthorized"
        return self._mode

    def needs_key(self) -> bool:
        """Does adbd want an authorised RSA key in this mode? The trade-in foyer and evaluation do not."""
        return self._mode == "device"

    def knows_key(self, fingerprint: str) -> bool:
        """Has a person accepted the key before?"""
        return fingerprint in self.keys

    def offer_key(self, fingerprint: str, now_s: float, comment: str = "") -> None:
        """A host sent its public key: the dialog opens; `press("accept_adb")` or `press("deny_adb")` answers."""
        self.tick(now_s)
        self.offered = fingerprint

    def accept_key(self, fingerprint: str) -> None:
        """The person said yes, always."""
        self.keys.add(fingerprint)
        self.offered = None

    def accepts(self, service: str) -> bool:
        """Would adbd open this service in its present mode (for an authorised host)?"""
        mode = self.adb_mode()
        if mode == "foyer":
            return FOYER_SERVICE.fullmatch(service) is not None
        return mode in ("device", "unauthorized")

    def run(self, service: str, stdin: bytes = b"", *, now_s: float) -> ServiceReply | None:
        """Run one service whole; None = closed. `sync:` is not run here: it works on `files`."""
        self.tick(now_s)
        if not self.accepts(service):
            return None
        return ServiceReply(stdout=b"", exit_code=0)

    def banner(self) -> str:
        """What adbd says of itself in CNXN, without features: `device::ro.product.name=…;`."""
        product = section(self.model, "product")
        names = {key: str(product.get(key, "")) for key in ("name", "model", "device")}
        return "device::" + "".join(f"ro.product.{key}={value};" for key, value in names.items())

    def truth(self) -> dict[str, object]:
        """See VirtualPhone."""
        return {"serial": self.serial, "erased": False, "left": [], "resets": 0}

    def secrets(self) -> dict[str, str]:
        """See VirtualPhone."""
        return {}
