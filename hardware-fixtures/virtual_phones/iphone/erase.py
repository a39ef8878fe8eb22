# SPDX-License-Identifier: GPL-3.0-or-later
"""What a wipe makes of the data: everything new, or what a faulty phone leaves behind."""

from collections.abc import Mapping

from virtual_phones.iphone.strata import Strata, factory_strata


def erased_strata(before: Strata, misbehaviour: frozenset[str], *, system: Mapping[str, str]) -> Strata:
    """The strata after a wipe of `before`. Honest phones get the next data set, empty."""
    if "stamp_brick_only" in misbehaviour:
        before.set_up, before.activation_state = False, "Unactivated"
        return before
    keys_stay = misbehaviour & {"stamp_rrts", "oblit_failure"}
    after = factory_strata(before.number if keys_stay else before.number + 1, system=system)
    if "hosts_kept" in misbehaviour:
        after.hosts = dict(before.hosts)
    if "media_kept" in misbehaviour:
        after.media = before.media
    if "apps_kept" in misbehaviour:
        after.apps = dict(before.apps)
    return after
