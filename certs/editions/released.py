# SPDX-License-Identifier: GPL-3.0-or-later
"""The released editions and the SHA-256 of their manifests. Written by `make release-edition`; never by hand."""

RELEASED: dict[str, str] = {}
