# SPDX-License-Identifier: GPL-3.0-or-later
"""A memory card in an Android phone: its files deleted, its space overwritten, read back, before the phone is reset."""
