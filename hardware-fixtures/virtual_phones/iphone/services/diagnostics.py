# SPDX-License-Identifier: GPL-3.0-or-later
"""diagnostics_relay: ioregistry (battery, NVRAM, Wi-Fi), restart, and the deprecated MobileGestalt."""

from collections.abc import Callable, Mapping

from virtual_phones.iphone import registry
from virtual_phones.iphone.services.service import PlistService, Turn, fields
from virtual_phones.phone import section

SUCCESS = {"Status": "Success"}
REPORTS = ("All", "GasGauge", "WiFi", "NAND", "HDMI")


class DiagnosticsService(PlistService):
    """com.apple.mobile.diagnostics_relay."""

    _after_close: Callable[[], None] | None = None

    def turn(self, message: object) -> Turn:
        """One request; an unknown one is answered UnknownRequest."""
        request = fields(message)
        name = request.get("Request")
        if name == "Goodbye":
            return Turn(messages=(SUCCESS,), ends=True)
        if name == "IORegistry":
            found = self._registry(request)
            if not found and self.phone.form("unknown entry") == "refused":
                return Turn(messages=({"Status": "UnknownRequest"},))
            return Turn(messages=({**SUCCESS, "Diagnostics": {"IORegistry": found} if found else {}},))
        if name == "MobileGestalt":
            deprecated = self.phone.form("MobileGestalt") == "deprecated"
            status = {"MobileGestalt": {"Status": "MobileGestaltDeprecated" if deprecated else "Success"}}
            return Turn(messages=({**SUCCESS, "Diagnostics": status},))
        if name in ("Restart", "Shutdown", "Sleep"):
            if name == "Restart":
                self._after_close = self.phone.restart
            return Turn(messages=(SUCCESS,))
        if name in REPORTS:
            battery = section(self.phone.model, "battery")
            measured = self.phone.form("FullChargeCapacity") == "measured"
            full = battery.get("AppleRawMaxCapacity", 0) if measured else 100
            gauge = {"CycleCount": battery.get("CycleCount", 0), "FullChargeCapacity": full}
            return Turn(messages=({**SUCCESS, "Diagnostics": {"GasGauge": {**gauge, "Status": "Success"}}},))
        return Turn(messages=({"Status": "UnknownRequest"},))

    def closed(self) -> None:
        """A restart takes effect when the connection closes."""
        if self._after_close is not None:
            self._after_close()

    def _registry(self, request: Mapping[str, object]) -> Mapping[str, object]:
        name, entry_class = request.get("EntryName"), request.get("EntryClass")
        if name == "AppleSmartBattery" or entry_class in ("AppleSmartBattery", "IOPMPowerSource"):
            return self._battery()
        if name == "options" and "nvram_only_in_lockdown" not in self.phone.variation:
            return dict(self.phone.nvram)
        return registry.entry_of(self.phone, str(name or ""), str(entry_class or ""))

    def _battery(self) -> dict[str, object]:
        battery = registry.battery_of(self.phone)
        if self.phone.form("battery registry") == "flat" and "battery_data" not in self.phone.variation:
            return battery
        raw = ("CycleCount", "DesignCapacity", "NominalChargeCapacity", "AppleRawMaxCapacity")
        nested = {name: battery[name] for name in raw if name in battery}
        nested["FullChargeCapacity"] = nested.get("AppleRawMaxCapacity", 0)
        for name in raw[1:]:
            battery.pop(name, None)
        return battery | {"BatteryData": nested, "MaxCapacity": 100}
