# SPDX-License-Identifier: GPL-3.0-or-later
"""installation_proxy: which apps are installed. Installing is not offered."""

from collections.abc import Mapping

from virtual_phones.iphone.services.service import PlistService, Turn, fields

LIST_LENGTH = 10
"""Apps in one Browse message."""


class InstallationProxyService(PlistService):
    """com.apple.mobile.installation_proxy."""

    def turn(self, message: object) -> Turn:
        """Lookup answers once, Browse in pieces."""
        request = fields(message)
        options = request.get("ClientOptions")
        apps = self._apps(options if isinstance(options, Mapping) else {})
        command = request.get("Command")
        if command == "Lookup":
            return Turn(messages=({"LookupResult": apps, "Status": "Complete"},))
        if command == "Browse":
            rows = list(apps.values())
            pieces = [rows[start : start + LIST_LENGTH] for start in range(0, len(rows), LIST_LENGTH)]
            browsed: list[object] = [
                {
                    "CurrentIndex": number * LIST_LENGTH,
                    "CurrentAmount": len(piece),
                    "CurrentList": piece,
                    "Status": "BrowsingApplications",
                    "Total": len(rows),
                }
                for number, piece in enumerate(pieces)
            ]
            return Turn(messages=(*browsed, {"Status": "Complete"}))
        return Turn(messages=({"Error": "UnknownCommand", "ErrorDescription": str(command)[:200]},))

    def _apps(self, options: Mapping[str, object]) -> dict[str, dict[str, object]]:
        kind, wanted = options.get("ApplicationType", "Any"), options.get("BundleIDs")
        attributes = options.get("ReturnAttributes")
        found: dict[str, dict[str, object]] = {}
        for app in self.phone.strata.apps.values():
            if kind not in ("Any", app.kind) or (isinstance(wanted, list) and app.bundle not in wanted):
                continue
            entry: dict[str, object] = {
                "ApplicationType": app.kind,
                "CFBundleIdentifier": app.bundle,
                "CFBundleDisplayName": app.name,
                "CFBundleName": app.name,
                "CFBundleVersion": "1",
                "CFBundleShortVersionString": "1.0",
                "StaticDiskUsage": app.size,
                "DynamicDiskUsage": 0,
            }
            if isinstance(attributes, list):
                entry = {name: value for name, value in entry.items() if name in attributes}
            found[app.bundle] = entry
        return found
