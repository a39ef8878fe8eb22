# SPDX-License-Identifier: GPL-3.0-or-later
"""One worker a phone: identify, check, erase, verify, grade, certify."""
