# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone written down with nothing real in it, and played back for the tests."""
