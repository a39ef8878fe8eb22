# SPDX-License-Identifier: GPL-3.0-or-later
"""Erase a phone and prove it. Imports only phones."""
