# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may pair with a virtual iPhone: passcode, Trust dialog, and the list of trusted hosts.

Assumptions (`unconfirmed`): at the set-up screen pairing needs no dialog; a dialog once refused returns
only after a replug.
"""

from enum import StrEnum

PENDING_AFTER_TAP = 3
"""How many Pair requests a phone with `trust_slow` still answers `pending` after the tap."""


class LockdownRefusal(Exception):
    """lockdownd says no; `code` is the text of its `Error` key."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class SilentPhone(Exception):
    """The request was taken; no answer will ever come."""


class AbsentPhone(Exception):
    """The phone is not on the bus: there is no link."""


class Dialog(StrEnum):
    """The Trust dialog on the phone's screen."""

    CLOSED = "closed"
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class TrustDialog:
    """Decides whether a Pair request goes through; knows nothing of certificates."""

    def __init__(self, misbehaviour: frozenset[str], variation: frozenset[str]) -> None:
        self.state = Dialog.CLOSED
        self._denied = "trust_denied" in misbehaviour
        self._unanswered = "trust_pending" in misbehaviour
        self._pending = PENDING_AFTER_TAP if "trust_slow" in variation else 0

    def tap(self, *, trust: bool) -> None:
        """The owner answers; before the dialog is open there is nothing to tap."""
        if self.state is Dialog.OPEN and not self._unanswered:
            self.state = Dialog.ACCEPTED if trust and not self._denied else Dialog.REFUSED

    def replugged(self) -> None:
        """A refused dialog may be asked again."""
        if self.state is not Dialog.ACCEPTED:
            self.state = Dialog.CLOSED

    def admit(self, *, at_setup: bool) -> None:
        """Let one Pair request through. Raises: LockdownRefusal."""
        if at_setup and not self._denied and not self._unanswered:
            return
        if self._denied or self.state is Dialog.REFUSED:
            raise LockdownRefusal("UserDeniedPairing")
        if self.state is Dialog.ACCEPTED and self._pending == 0:
            self.state = Dialog.CLOSED
            return
        if self.state is Dialog.ACCEPTED:
            self._pending -= 1
        else:
            self.state = Dialog.OPEN
        raise LockdownRefusal("PairingDialogResponsePending")
