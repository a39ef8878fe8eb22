# SPDX-License-Identifier: GPL-3.0-or-later
"""mobileactivationd: one command a connection; only the state is answered here."""

from virtual_phones.iphone.services.service import PlistService, Turn, fields
from virtual_phones.iphone.values import default_values


class ActivationService(PlistService):
    """com.apple.mobileactivationd."""

    def turn(self, message: object) -> Turn:
        """GetActivationStateRequest → Value; all else is an error."""
        command = fields(message).get("Command")
        if command == "GetActivationStateRequest":
            return Turn(messages=({"Value": default_values(self.phone)["ActivationState"]},), ends=True)
        return Turn(messages=({"Error": f"Invalid command: {command}"},), ends=True)
