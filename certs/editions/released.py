# SPDX-License-Identifier: GPL-3.0-or-later
"""The released editions and the SHA-256 of their manifests. Written by `make release-edition`; never by hand."""

RELEASED: dict[str, str] = {
    "2026.11": "29850e240636465b68cda0bcb6c98a001776f6cb861867da0b47a7f0ba1c944d",
    "2027.01": "0b183c6bdff122fbd647dc0e48203e9f16f40c3892aa076f04581b6f7862d5bb",
    "2027.02": "36ee54454848c37b5db25b6d30fc451208cf2b59d3d11552a9f7c5ac508f3531",
}
