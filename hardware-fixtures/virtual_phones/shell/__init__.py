# SPDX-License-Identifier: GPL-3.0-or-later
"""The shell of a virtual Android phone."""
