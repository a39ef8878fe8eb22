# SPDX-License-Identifier: GPL-3.0-or-later
"""A name that reportlab imports and our drawing never uses: papers hold no pictures."""
