# SPDX-License-Identifier: GPL-3.0-or-later
"""One module a command; `station.cli.main.COMMANDS` is the table."""
