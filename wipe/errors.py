# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong in this room before any phone is touched."""

from phones.errors import ProofwipeError


class RulesError(ProofwipeError):
    """A rule file is missing or is not what a rule file must be; `got` names the place."""

    code = "wipe_rules"
    exit_code = 2
