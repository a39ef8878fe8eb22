# SPDX-License-Identifier: GPL-3.0-or-later
"""The paper itself: a page drawn from a record, and the comparison that draws it again."""
