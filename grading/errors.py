# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the room `grading`.

ProofwipeError
└── SchemeError    a grading scheme cannot be read or is not complete
"""

from phones.errors import ProofwipeError


class SchemeError(ProofwipeError):
    """A grading scheme is not there, not of the documented shape, or not total."""

    code = "scheme"
    exit_code = 2
