# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs that a service did not answer, or not to the end: what it listed then is no list, and its zero is no zero.

A dump that was cut short looks like one of a phone without accounts, owners or restrictions. So these lines come
through every filter of a list, and a part that holds one says nothing.
"""

import re

_SIGNS: tuple[tuple[str, str], ...] = (
    ("DUMP TIMEOUT", "*** SERVICE 'x' DUMP TIMEOUT (10000ms) EXPIRED ***, after a part of it [AOSP dumpsys.cpp]"),
    ("while dumping service", "Error with poll / Failed to write ... [AOSP dumpsys.cpp]"),
    ("Can.t find service", "the system is starting or has stopped [AOSP dumpsys.cpp, cmd.cpp; seen in public reports]"),
    ("Failure calling service", "cmd: Failure calling service package: Broken pipe (32) [AOSP cmd.cpp; seen]"),
    ("Could not access the Package Manager", "Is the system running? [AOSP Pm.java; seen]"),
    ("Exception occurred while", "... executing 'list', with the stack after it [AOSP BasicShellCommandHandler.java]"),
    ("Security exception", "the shell may not ask [AOSP BasicShellCommandHandler.java]"),
    ("Permission Denial", "the shell may not ask [AOSP DumpUtils.java]"),
)  # fmt: skip
"""The sign, as an extended regular expression without a quote, and the line it is of."""

FILTER = "|".join(sign for sign, _ in _SIGNS)
"""To be added to a filter on the phone, so that no sign is cut away."""
_SIGN = re.compile(FILTER)


def is_not_ready(text: str) -> bool:
    """Does the answer itself say that it is none, or not a whole one?"""
    return _SIGN.search(text) is not None
