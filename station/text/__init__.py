# SPDX-License-Identifier: GPL-3.0-or-later
"""The language a station speaks."""
