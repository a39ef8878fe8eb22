# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench's name in its own Wi-Fi, from the settings."""

from pathlib import Path

from station.checking.act import PageHost
from station.setup.settings import Checking


def page_host_of(checking: Checking, folder: Path) -> PageHost | None:
    """`folder`: the station's, to which the paths are relative. None unless all four settings are there."""
    wanted = (checking.wifi_host, checking.wifi_address, checking.wifi_certificate, checking.wifi_key)
    if not all(wanted):
        return None
    return PageHost(
        host=checking.wifi_host.lower(),
        address=checking.wifi_address,
        certificate=str(folder / checking.wifi_certificate),
        key=str(folder / checking.wifi_key),
    )
