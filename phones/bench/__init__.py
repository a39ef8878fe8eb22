# SPDX-License-Identifier: GPL-3.0-or-later
"""All phones that are plugged in, and the ports they are reached by."""
