# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a phone and grade it. Imports only phones."""
