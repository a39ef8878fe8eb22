# SPDX-License-Identifier: GPL-3.0-or-later
"""Why something cannot begin. A problem is not an error: a human can lift it.

The sentence and the next step for each code stand in `words.toml` of the room that raises it, under
`[problem.<code>.reason]` and `[problem.<code>.next]`; docs/problems.md lists them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from phones import refusals
from phones.words import say


class ProblemCode(StrEnum):
    """The closed list. A value is stable: it is written to ledgers and papers."""

    UNAUTHORIZED = "unauthorized"  # adb dialog not accepted yet
    TRUST_PENDING = "trust_pending"  # iPhone: Trust dialog open
    TRUST_DENIED = "trust_denied"  # iPhone: Don't Trust pressed
    PHONE_LOCKED = "phone_locked"  # iPhone: passcode needed before it talks
    NO_DEBUGGING = "no_debugging"  # on the port, but no adb interface
    OFFLINE = "offline"  # adb says offline
    WRONG_MODE = "wrong_mode"  # recovery, sideload, rescue, DFU
    NOT_ANSWERING = "not_answering"  # silent, lost or malformed during identification
    PHONE_REFUSED = "phone_refused"  # it said no in a word (facts: word, refusal), which has a sentence of its own
    IDENTITY_TOO_THIN = "identity_too_thin"  # fewer than two identifiers
    NUMBERS_SHARED = "numbers_shared"  # fewer than two, less those that many phones share
    NUMBERS_MET_BEFORE = "numbers_met_before"  # the same, learned from the ledger (facts: job)
    SERIAL_NOT_UNIQUE = "serial_not_unique"  # two phones on the bench carry it
    ACCOUNT_PRESENT = "account_present"  # Google, Samsung ... account still signed in
    ACTIVATION_LOCK = "activation_lock"  # Find My / Activation Lock on
    FACTORY_RESET_PROTECTION = "factory_reset_protection"  # FRP armed
    MANAGED = "managed"  # MDM, device owner, supervision
    FINANCED = "financed"  # a lender or carrier can lock it, or has
    RESET_FORBIDDEN = "reset_forbidden"  # no_factory_reset restriction
    LOCK_SCREEN_SET = "lock_screen_set"  # harness refuses with a lock screen
    SIM_PRESENT = "sim_present"
    SD_CARD_PRESENT = "sd_card_present"
    BOOT_LOADER_LOCKED = "boot_loader_locked"  # fastboot erases nothing
    BOOT_LOADER_BATTERY_LOW = "boot_loader_battery_low"  # it says only that, no percentage
    BOOT_LOADER_NAMELESS = "boot_loader_nameless"  # it does not tell its serial number
    PROTECTION_TOLD = "protection_told"  # it says that factory reset protection is on, which its erase leaves
    NO_USERDATA = "no_userdata"  # the boot loader does not tell of a userdata partition
    BATTERY_LOW = "battery_low"
    BATTERY_UNKNOWN = "battery_unknown"
    SYSTEM_IMAGE_RUNNING = "system_image_running"  # dynamic system update image is booted
    HARNESS_ALREADY_ON = "harness_already_on"  # still in test harness from an earlier job
    NOT_CHECKED = "not_checked"  # a blocking question got no answer (facts: what)
    LOG_UNAVAILABLE = "log_unavailable"  # the START of the job cannot be written to the transparency log
    OVERWRITE_NOT_POSSIBLE = "overwrite_not_possible"  # no overwriting on the route that fits this phone
    METHOD_NOT_AVAILABLE = "method_not_available"  # the chosen method does not fit this phone
    METHOD_WEAKER = "method_weaker"  # the method wished for proves less than one that fits (facts: method, best)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One reason why the erase cannot begin, with the sentence for the technician."""

    code: ProblemCode
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def reason(self, language: str = "en") -> str:
        """One line: what stands in the way."""
        if self.code is ProblemCode.PHONE_REFUSED:
            return refusals.reason(self.facts.get("word", ""), self.facts.get("refusal", ""), language)
        return say(f"problem.{self.code}.reason", language, **self.facts)

    def next_step(self, language: str = "en") -> str:
        """One line: what the technician does about it."""
        if self.code is ProblemCode.PHONE_REFUSED:
            return refusals.next_step(self.facts.get("word", ""), self.facts.get("refusal", ""), language)
        return say(f"problem.{self.code}.next", language, **self.facts)
