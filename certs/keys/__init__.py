# SPDX-License-Identifier: GPL-3.0-or-later
"""The issuer's keys and certificates: making, keeping, renewing, revoking."""
