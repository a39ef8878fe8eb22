# SPDX-License-Identifier: GPL-3.0-or-later
"""The released editions and the SHA-256 of their manifests. Written by `make release-edition`; never by hand."""

RELEASED: dict[str, str] = {
    "2026.11": "56566da886e8fa741ef395b93291eec06d674891abb8504957c488e8fcce1bf9",
}
