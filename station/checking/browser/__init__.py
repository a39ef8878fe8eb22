# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks in the phone's own browser: one page for one phone, opened once, whose scores are a claim of the phone."""
