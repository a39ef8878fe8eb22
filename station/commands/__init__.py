# SPDX-License-Identifier: GPL-3.0-or-later
"""One module a command; `station.main.COMMANDS` is the table."""
