# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on the way to a printer.

ProofwipeError
└── PrinterError             a queue or printer did not take a document
    └── PrinterNotNamedError     the settings name no such printer
"""

from phones.errors import ProofwipeError


class PrinterError(ProofwipeError):
    """A document was not taken. `subject`: queue or address; `cause`: why, for a person."""

    code = "printer"


class PrinterNotNamedError(PrinterError):
    """Nothing is sent to an address that the settings do not have. `known`: names they have."""

    code = "printer_not_named"
    exit_code = 2

    def __init__(self, *, subject: str, known: str) -> None:
        super().__init__(subject=subject, known=known)
