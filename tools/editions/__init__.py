# SPDX-License-Identifier: GPL-3.0-or-later
"""How an edition is made: which files are the law, and what becomes of them (docs/adr/0012-editions.md)."""
