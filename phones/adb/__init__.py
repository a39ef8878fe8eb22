# SPDX-License-Identifier: GPL-3.0-or-later
"""Android over USB debugging: a private adb server, its wire protocol, and the link to one phone."""
