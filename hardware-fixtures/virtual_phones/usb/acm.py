# SPDX-License-Identifier: GPL-3.0-or-later
"""A CDC-ACM modem as Samsung phones show one: AT commands, line by line, each answered as on a serial line."""

import struct
from collections.abc import Callable, Mapping

from virtual_phones.android.phone import AndroidPhone
from virtual_phones.phone import ACM_INTERFACES, VirtualPhone
from virtual_phones.usb.function import Function, Setup, Stall, Transfer

CONTROL_TRIPLE, DATA_TRIPLE = ACM_INTERFACES
LONGEST_LINE = 1024
_SET_LINE_CODING, _GET_LINE_CODING, _SET_CONTROL_LINE_STATE, _SEND_BREAK = 0x20, 0x21, 0x22, 0x23


def descriptors(control: int, data: int) -> bytes:
    """The class-specific descriptors behind the control interface: header, call management, ACM, union."""
    return (
        struct.pack("<BBBH", 5, 0x24, 0x00, 0x0110)
        + struct.pack("<BBBBB", 5, 0x24, 0x01, 0x00, data)
        + struct.pack("<BBBB", 4, 0x24, 0x02, 0x02)
        + struct.pack("<BBBBB", 5, 0x24, 0x06, control, data)
    )


def facts_of(phone: VirtualPhone) -> Mapping[str, str]:
    """What a phone's modem knows of it and of its owner."""
    if not isinstance(phone, AndroidPhone):
        return {}
    hardware = phone.lives.hardware
    found = phone.system.properties()
    return {
        "manufacturer": found.get("ro.product.manufacturer", ""),
        "model": found.get("ro.product.model", ""),
        "serial": hardware.serial,
        "imei": hardware.imeis[0] if hardware.imeis else "",
        "phone_number": phone.lives.owner.phone_number,
    }


class Modem:
    """AT command lines in, answer lines out. `facts`: what identity questions answer. Sans-IO."""

    def __init__(self, facts: Callable[[], Mapping[str, str]]) -> None:
        self._facts = facts
        self.heard: list[str] = []
        """Every command line, in order."""
        self._line = bytearray()
        self._echo = True

    def receive(self, data: bytes) -> bytes:
        """Characters typed by the host; what the modem says to them."""
        out = bytearray()
        for byte in data:
            if self._echo:
                out.append(byte)
            if byte == 0x0D:
                out += self._answer(self._line.decode("ascii", "replace").strip())
                self._line.clear()
            elif byte != 0x0A and len(self._line) < LONGEST_LINE:
                self._line.append(byte)
        return bytes(out)

    def _answer(self, line: str) -> bytes:
        command = line.upper()
        self.heard = [*self.heard, command][-64:]
        if not command:
            return b""
        if not command.startswith("AT"):
            return b"\r\nERROR\r\n"
        facts = self._facts()
        match command[2:]:
            case "":
                said = ""
            case "E0" | "E1":
                self._echo, said = command.endswith("1"), ""
            case "+CGMI":
                said = facts.get("manufacturer", "")
            case "+CGMM":
                said = facts.get("model", "")
            case "+CGSN":
                said = facts.get("imei", "")
            case "+DEVCONINFO":
                said = (
                    "+DEVCONINFO: MN({model});BASE({model});VER(TEST/TEST/TEST/TEST);PRD();SN({serial});IMEI({imei});"
                    "UN(CE0TEST);PN({phone_number});CON(AT,MTP);LOCK(NONE)"
                ).format_map({"model": "", "serial": "", "imei": "", "phone_number": "", **facts})
            case _:
                return b"\r\nERROR\r\n"
        return f"\r\n{said}\r\n\r\nOK\r\n".encode() if said else b"\r\nOK\r\n"


class AcmFunction(Function):
    """Control and data interface of one modem."""

    def __init__(self, modem: Modem, *, bulk_in: int) -> None:
        self._modem = modem
        self._bulk_in = bulk_in
        self._waiting: list[Transfer] = []
        self._coding = struct.pack("<IBBB", 115200, 0, 0, 8)

    def host_sent(self, address: int, data: bytes, now_s: float) -> None:
        """See Function."""
        said = self._modem.receive(data)
        if said:
            self._waiting.append(Transfer(said, zero=True))

    def take(self, address: int) -> list[Transfer]:
        """See Function."""
        if address != self._bulk_in:
            return []
        waiting, self._waiting = self._waiting, []
        return waiting

    def control(self, setup: Setup, data: bytes, now_s: float) -> bytes:
        """Line coding and control lines; a break is ignored."""
        match setup.request:
            case 0x20:
                self._coding = data[:7]
                return b""
            case 0x21:
                return self._coding
            case 0x22 | 0x23:
                return b""
        raise Stall
