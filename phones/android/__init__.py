# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Android phone is asked, and how its answers are read."""
