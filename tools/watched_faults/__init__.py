# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeded faults of what hands touch, run through the real acts of `station.checking.watched` in virtual time."""
