# SPDX-License-Identifier: GPL-3.0-or-later
"""The released editions and the SHA-256 of their manifests. Written by `make release-edition`; never by hand."""

RELEASED: dict[str, str] = {
    "2026.11": "29850e240636465b68cda0bcb6c98a001776f6cb861867da0b47a7f0ba1c944d",
    "2027.01": "97e95b6254fe5fe2fc568981aaf32de159f4faea3cb2573d3c76971570536a31",
}
