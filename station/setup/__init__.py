# SPDX-License-Identifier: GPL-3.0-or-later
"""What a station is before it works: folder, settings, people, machine."""
