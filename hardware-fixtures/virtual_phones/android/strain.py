# SPDX-License-Identifier: GPL-3.0-or-later
"""What writing does to the battery: it warms, and with a weak charger it drains; rest undoes both."""

from virtual_phones.storage.volume import Volume

WARMTH_DC = 250
"""Tenths of a degree that one full write of the storage adds (`unconfirmed`)."""
COOLING_DC_S = 0.5
DRAIN_PERCENT = 80
"""Charge that one full write takes where the charger gives less than the phone uses (`unconfirmed`)."""
CHARGING_PERCENT_S = 1 / 30


class Strain:
    """Follows what was written since it was last asked."""

    def __init__(self, volume: Volume) -> None:
        self._volume = volume
        self._written = 0
        self._at_s = 0.0
        self._warmth_dc = 0.0
        self._drained = 0.0

    def felt(self, now_s: float) -> tuple[int, int]:
        """Tenths of a degree above, and percent of charge below, what it was at rest."""
        share = (self._volume.written_bytes - self._written) / max(1, self._volume.capacity_bytes)
        rest_s = max(0.0, now_s - self._at_s)
        self._written, self._at_s = self._volume.written_bytes, now_s
        self._warmth_dc = max(0.0, self._warmth_dc - rest_s * COOLING_DC_S) + share * WARMTH_DC
        self._drained = max(0.0, self._drained - rest_s * CHARGING_PERCENT_S) + share * DRAIN_PERCENT
        return int(self._warmth_dc), int(self._drained)
