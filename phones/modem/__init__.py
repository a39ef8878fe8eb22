# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking a Samsung phone's modem who it is: one command, and no other is ever sent."""
