# SPDX-License-Identifier: GPL-3.0-or-later
"""The fastboot bootloader of a virtual Android: one command a transfer, one reply a transfer.

Facts: research/virtual-phones.md 7 [read: AOSP fastboot README]. An erase of userdata needs an unlocked bootloader.
"""

from virtual_phones.android.phone import AndroidPhone
from virtual_phones.faults import Fault, FaultKind, distorted
from virtual_phones.phone import section
from virtual_phones.port import VirtualPort
from virtual_phones.usb.function import Function, Transfer

LONGEST_COMMAND = 4096
LONGEST_REPLY = 256
FLOOD_PACKETS = 20_000
MAXIMUM_DOWNLOAD = 0x10000000
LEAVE_TARGETS = {
    "reboot": "",
    "reboot-bootloader": "bootloader",
    "reboot-recovery": "recovery",
    "reboot-fastboot": "fastboot",
    "continue": "",
}
_PARTITIONS = {"userdata": ("f2fs", 0x1A00000000), "metadata": ("ext4", 0x4000000), "cache": ("ext4", 0x8000000)}


class Fastboot:
    """Commands in, replies out; acts on the phone. Sans-IO."""

    def __init__(self, phone: AndroidPhone) -> None:
        self._phone = phone
        self._download = 0

    @property
    def unlocked(self) -> bool:
        """May partitions be erased?"""
        return "unlocked_bootloader" in self._phone.variation

    def answer(self, data: bytes) -> list[bytes]:
        """The replies to one transfer, without faults."""
        if self._download:
            self._download = max(0, self._download - len(data))
            return [] if self._download else [b"OKAY"]
        command = data.decode("ascii", "replace")
        verb, _, argument = command.partition(":")
        if len(data) > LONGEST_COMMAND:
            return [b"FAILcommand too long"]
        if verb == "getvar":
            if "fastboot_floods" in self._lies:
                return [b"INFOstill here"] * FLOOD_PACKETS
            return self._getvar(argument)
        if verb == "erase":
            return self._erase(argument)
        if verb == "download":
            return self._begin_download(argument)
        if verb in ("flash", "boot"):
            return [b"OKAY"] if self.unlocked else [b"FAIL" + verb.encode() + b" is not allowed in Lock State"]
        if command in LEAVE_TARGETS:
            self._leave(LEAVE_TARGETS[command])
            return [b"OKAY"]
        return [b"FAILunknown command"]

    def variables(self) -> dict[str, str]:
        """What `getvar` knows."""
        serial = self._phone.lives.hardware.serial
        found = {
            "product": str(section(self._phone.model, "product").get("device", "")),
            "serialno": "" if "fastboot_tells_no_serial" in self._lies else serial,
            "secure": "yes",
            "unlocked": "yes" if self.unlocked else "no",
            "is-userspace": "no",
            "version": "0.4",
            "max-download-size": hex(MAXIMUM_DOWNLOAD),
            "battery-voltage": "4110",
            "battery-soc-ok": "no" if "battery_low" in self._lies else "yes",
        }
        if "motorola_variables" in self._phone.variation:
            del found["unlocked"]
            found |= {
                "securestate": "flashing_unlocked" if self.unlocked else "oem_locked",
                "frp-state": "protected (77)" if self._phone.lives.hardware.frp_handle else "no protection (0)",
                "imei": next(iter(self._phone.lives.hardware.imeis), ""),
            }
        for name, (kind, size) in self._partitions().items():
            found |= {f"partition-type:{name}": kind, f"partition-size:{name}": hex(size), f"has-slot:{name}": "no"}
        return found

    @property
    def _lies(self) -> frozenset[str]:
        return self._phone.misbehaviour

    def _partitions(self) -> dict[str, tuple[str, int]]:
        """Older phones have no metadata partition, newer ones no cache."""
        without = "metadata" if "no_metadata_partition" in self._phone.variation else ""
        return {name: kind for name, kind in _PARTITIONS.items() if name != without}

    def _getvar(self, name: str) -> list[bytes]:
        known = self.variables()
        if name == "all":
            lines = [f"{key}:{value}".encode()[: LONGEST_REPLY - 4] for key, value in known.items()]
            return [*(b"INFO" + line for line in lines), b"OKAY"]
        if name in known:
            return [b"OKAY" + known[name].encode()[: LONGEST_REPLY - 4]]
        return [b"OKAY"] if "old_getvar" in self._phone.variation else [b"FAILUnknown variable"]

    def _leave(self, target: str) -> None:
        """Start something else. Nobody knows before the reboot whether the phone comes back, and as whom."""
        if target == "" and "never_returns" in self._lies:
            self._phone.leave(0.0, None)
            return
        if "returns_with_other_serial" in self._lies:
            self._phone.lives.hardware.serial = self._phone.neighbour_serial
        self._phone.reboot(target)

    def _erase(self, partition: str) -> list[bytes]:
        if not self.unlocked:
            return [b"FAILErase is not allowed in Lock State"]
        if partition not in self._partitions():
            return [b"FAILpartition does not exist"]
        if "fastboot_refuses_erase" in self._lies:
            return [b"INFOerasing " + partition.encode(), b"FAILfailed to erase partition"]
        if partition == "userdata" and not self._lies & {"says_done_keeps_data", "reboots_without_wipe"}:
            self._phone.lives.wipe()
        return [b"INFOerasing " + partition.encode(), b"OKAY"]

    def _begin_download(self, argument: str) -> list[bytes]:
        try:
            size = int(argument, 16)
        except ValueError:
            return [b"FAILbad size"]
        if not 0 < size <= MAXIMUM_DOWNLOAD:
            return [b"FAILdata too large"]
        self._download = size
        return [b"DATA%08x" % size]


class FastbootFunction(Function):
    """Fastboot behind two bulk endpoints. One command is one exchange for the fault plan."""

    def __init__(self, port: VirtualPort, phone: AndroidPhone) -> None:
        self._port = port
        self._fastboot = Fastboot(phone)
        self._waiting: list[Transfer] = []
        self._killed: Fault | None = None
        self._now_s = 0.0

    def host_sent(self, address: int, data: bytes, now_s: float) -> None:
        """A command, or a piece of a download; empty transfers are ignored."""
        self._now_s = now_s
        if not data or self.dead:
            return
        begun = self._port.exchanges.begin()
        fault = begun.fault
        replies: list[bytes] = []
        if fault is None or fault.reaches_phone:
            with self._port.lock:
                self._port.tick(now_s)
                replies = self._fastboot.answer(data)
            self._port.exchanges.answered(b"".join(replies[-1:]))
        if fault is not None:
            replies = self._struck(fault, replies, begun.previous)
        transfers = {reply: Transfer(reply[:LONGEST_REPLY]) for reply in set(replies)}
        self._waiting += [transfers[reply] for reply in replies]

    def _struck(self, fault: Fault, replies: list[bytes], previous: bytes) -> list[bytes]:
        if fault.kills_link:
            self.dead, self._killed = True, fault
        if not fault.answers:
            return []
        if fault.kind is FaultKind.WRONG_EXIT:
            swapped = {b"OKAY": b"FAIL", b"FAIL": b"OKAY"}
            return [swapped.get(reply[:4], reply[:4]) + reply[4:] for reply in replies]
        return [distorted(fault, reply, previous) for reply in replies]

    def take(self, address: int) -> list[Transfer]:
        """See Function."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def closed(self) -> None:
        """See Function."""
        if self._killed is not None:
            self._port.link_died(self._killed, self._now_s)
