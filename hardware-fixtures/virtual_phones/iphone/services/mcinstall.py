# SPDX-License-Identifier: GPL-3.0-or-later
"""MCInstall: supervision, profiles, and EraseDevice without supervision.

The error codes of a refused erase are `unconfirmed`; their shape is not.
"""

from virtual_phones.iphone.services.service import PlistService, Turn, fields
from virtual_phones.iphone.trust import LockdownRefusal

ACKNOWLEDGED = {"Status": "Acknowledged"}
REFUSALS = {
    "refuses_208": (12026, "MCPasscodeErrorDomain", "The device is locked."),
    "refuses_211": (12021, "MCMDMErrorDomain", "Find My iPhone is turned on."),
    "refuses_by_profile": (4001, "MCInstallationErrorDomain", "Profile installation failed."),
    "refuses_hello": (37000, "MCSettingsErrorDomain", "The request was not understood."),
}


class MCInstallService(PlistService):
    """com.apple.mobile.MCInstall."""

    def turn(self, message: object) -> Turn:
        """One request; what is not known is refused with an error chain."""
        request = fields(message)
        kind = request.get("RequestType")
        if self.phone.erase_refusal() == "refuses_hello":
            return _refused("refuses_hello")
        if kind in ("HelloHostIdentifier", "Flush"):
            return Turn(messages=(ACKNOWLEDGED,))
        if kind == "GetCloudConfiguration":
            return Turn(messages=({**ACKNOWLEDGED, "CloudConfiguration": self._cloud_configuration()},))
        if kind == "GetProfileList":
            profiles = ["com.example.mdm"] if self.phone.supervised else []
            metadata = {name: {"PayloadDisplayName": "Management"} for name in profiles}
            answer = {**ACKNOWLEDGED, "OrderedIdentifiers": profiles, "ProfileMetadata": metadata}
            return Turn(messages=(answer,))
        if kind == "EraseDevice" and self.phone.form("MCInstall EraseDevice") == "unknown":
            return Turn(messages=({"Status": "CommandFormatError"},))
        if kind == "EraseDevice":
            return self._erase(preserve_data_plan=request.get("PreserveDataPlan") is True)
        return _refused("refuses_by_profile")

    def _erase(self, *, preserve_data_plan: bool) -> Turn:
        try:
            acknowledged = self.phone.erase("mcinstall", preserve_data_plan=preserve_data_plan)
        except LockdownRefusal as refusal:
            return _refused(refusal.code)
        return Turn(messages=(ACKNOWLEDGED,) if acknowledged else (), ends=True)

    def _cloud_configuration(self) -> dict[str, object]:
        if not self.phone.supervised:
            done = self.phone.strata.set_up
            return {"CloudConfigurationUIComplete": done, "ConfigurationSource": 0, "IsSupervised": False}
        return {
            "CloudConfigurationUIComplete": True,
            "ConfigurationSource": 2,
            "IsSupervised": True,
            "IsMDMUnremovable": True,
            "OrganizationName": "Example Ltd",
            "ConfigurationURL": "https://mdm.example/",
        }


def _refused(name: str) -> Turn:
    code, domain, text = REFUSALS[name]
    link = {"ErrorCode": code, "ErrorDomain": domain, "LocalizedDescription": text}
    return Turn(messages=({"Status": "Error", "ErrorChain": [link]},))
