# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs a bench: finding phones, the demo."""
