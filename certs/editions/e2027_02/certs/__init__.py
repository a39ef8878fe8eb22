# SPDX-License-Identifier: GPL-3.0-or-later
"""Put it on paper, sign it, verify it. Imports wipe, grading and phones, and no hardware library."""
