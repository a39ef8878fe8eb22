# SPDX-License-Identifier: GPL-3.0-or-later
"""What a station is told about its signing: where its key lies, and who stamps the time. Data only, no library."""

from dataclasses import dataclass

TOKEN_SCHEME, FILE_SCHEME = "pkcs11:", "file:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """`station_key`: "file:" for the station's own folder of keys, "file:FOLDER" for another one (a stick), or
    "pkcs11:token=NAME;object=NAME?module-path=FILE" (RFC 7512) for a key that never leaves its device.

    `time_stamp_url`: an RFC 3161 authority, http or https; "" asks none. `time_stamp_root`: PEM file with the
    certificate of its root, relative to the station's folder. `time_stamp_s`: how long its answer is waited for.
    """

    station_key: str = FILE_SCHEME
    time_stamp_url: str = ""
    time_stamp_root: str = ""
    time_stamp_s: float = 5.0

    @property
    def in_token(self) -> bool:
        """Does the key lie in a device?"""
        return self.station_key.startswith(TOKEN_SCHEME)
