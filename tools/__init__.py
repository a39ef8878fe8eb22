# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs for those who work on proofwipe; none of them is in the wheel."""
