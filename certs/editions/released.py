# SPDX-License-Identifier: GPL-3.0-or-later
"""The released editions and the SHA-256 of their manifests. Written by `make release-edition`; never by hand."""

RELEASED: dict[str, str] = {
    "2026.11": "b49a81952b5224dabcd34319a105df6a7a7d11f772d13251cc031f08b341cea7",
}
