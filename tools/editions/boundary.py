# SPDX-License-Identifier: GPL-3.0-or-later
"""What is law and what stays current: the one list, for the tool, the tests and whoever reads.

The law begins at ENTRY and goes as far as its imports, but stops at CURRENT. What is current is shared by all editions
and mended for all of them at once: how bytes are spelled and read, who signed them, how errors are said. A released
edition imports these names for ever, so they may grow and may not change their meaning.
"""

ROOMS = ("phones", "wipe", "grading", "certs")
"""Rooms the law may come from."""

ENTRY = "certs.law"

CURRENT = (
    "certs.editions",  # the interface, and nothing of another edition
    "certs.errors",
    "certs.formats",  # DER, X.509, CMS, COSE's letters, time stamps, the security store
    "certs.page.errors",
    "certs.page.pdf_profile",  # how a paper's objects are spelled and read as bytes
    "certs.page.pdf_syntax",
    "certs.record.canonical",  # how JSON is spelled and read as bytes
    "certs.record.statement",  # how the QR statement is spelled, signed and read
    "certs.shared",  # large files, named by their content
    "grading.errors",
    "phones.cleaning",  # how a text is made safe to be said, in errors too
    "phones.errors",
    "phones.frozen",  # how a frozen class is made
    "wipe.errors",
)

DATA = (
    "certs/page/labels.json",
    "certs/page/labels.toml",
    "certs/page/sentences.json",
    "phones/attestation/*.json",
    "grading/schemes/*.json",
    "grading/schemes/*.toml",
    "wipe/rules/*.json",
    "wipe/rules/*.toml",
)
"""Files the law reads, beside its modules."""
