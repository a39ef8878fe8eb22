# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells other systems what happened: signed events over HTTPS, at least once, from the ledger itself.

Nothing that they answer is carried out.
"""
