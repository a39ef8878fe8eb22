# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage that really holds what is written to it: the chip, the page cache before it, and the files on it."""
