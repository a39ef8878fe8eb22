# SPDX-License-Identifier: GPL-3.0-or-later
"""What an iPhone shows of itself on USB: its system with PTP and usbmux, or iBoot or the boot ROM, which lack both."""

from collections.abc import Mapping

from virtual_phones.iphone.identity import IPhoneIdentity
from virtual_phones.phone import MTP_INTERFACE, UsbView, section

USBMUX_INTERFACE = (0xFF, 0xFE, 0x02)
BOOT_MODES = {"recovery": (0x1281, (0xFF, 0xFF, 0x51)), "dfu": (0x1227, (0xFE, 0x01, 0x00))}
"""What iBoot shows of itself: product id and interface; no usbmux there."""


def system_view(identity: IPhoneIdentity) -> UsbView:
    """The running system."""
    return UsbView(
        vendor_id=0x05AC,
        product_id=0x12A8,
        iserial=identity.usb_serial,
        manufacturer="Apple Inc.",
        product="iPhone",
        interfaces=(MTP_INTERFACE, USBMUX_INTERFACE),
    )


def boot_view(mode: str, model: Mapping[str, object], *, serial: str, ecid: int) -> UsbView:
    """IBoot ("recovery") or the boot ROM ("dfu"): iSerial has chip, board and ECID; only iBoot knows the serial."""
    product_id, interface = BOOT_MODES[mode]
    table = section(model, "identity")
    chip, board = int(str(table.get("chip_id", 0))), int(str(table.get("board_id", 0)))
    known = f"CPID:{chip:04X} CPRV:11 CPFM:03 SCEP:01 BDID:{board:02X} ECID:{ecid:016X} IBFL:3C"
    return UsbView(
        vendor_id=0x05AC,
        product_id=product_id,
        iserial=f"{known} SRNM:[{serial}]" if mode == "recovery" else known,
        manufacturer="Apple Inc.",
        product=f"Apple Mobile Device ({mode.upper()} Mode)",
        interfaces=(interface,),
    )
