# SPDX-License-Identifier: GPL-3.0-or-later
"""The released editions and the SHA-256 of their manifests. Written by `make release-edition`; never by hand."""

RELEASED: dict[str, str] = {
    "2026.11": "cdea7ec159605f08cb66684c998e0e66a6c7858a68097edac8cfa55470600a7a",
}
